import type { StructuralSchema } from '../../crds/validate/schema.ts';
import { columnTable, type ListedKind } from './docs-columns.ts';
import { errorTables } from './docs-errors.ts';
import { fieldTables } from './docs-fields.ts';

/** One kind as its CRD declares it. */
export interface DocumentedKind extends ListedKind {
  readonly kind: string;
  readonly schema: StructuralSchema;
}

/** A page with the parts of it that are made, by the name of their markers. */
interface Page {
  readonly path: string;
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * The pages of `docs/` with generated parts, by path from the root of the checkout. What people wrote around the parts
 * stays. Throws where a page lacks the markers of a part, and where a reason of the catalogue has no text.
 */
export function docsOf(
  kinds: readonly DocumentedKind[],
  read: (path: string) => string,
): Readonly<Record<string, string>> {
  const pages: readonly Page[] = [
    ...kinds.map((kind) => ({
      path: `docs/reference/kinds/${kind.singular}.md`,
      parts: { columns: columnTable(kind), fields: fieldTables(kind.schema) },
    })),
    { path: 'docs/reference/errors.md', parts: { errors: errorTables() } },
  ];
  return Object.fromEntries(pages.map(({ path, parts }) => [path, withParts(path, read(path), parts)]));
}

function withParts(path: string, text: string, parts: Page['parts']): string {
  return Object.entries(parts).reduce((page, [name, part]) => withPart(path, page, name, part), text);
}

/** Puts a part between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function withPart(path: string, text: string, name: string, part: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${path} needs ${open} and ${close}, each on a line of its own`);
  return `${text.slice(0, from + open.length)}\n\n${part}\n\n${text.slice(to)}`;
}
