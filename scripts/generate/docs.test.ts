import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checkClosure } from '../../crds/closure/closure.ts';
import { kindInfos } from '../../crds/validate/kinds.ts';
import { validateResource } from '../../crds/validate/validate.ts';
import { typeOf } from './docs-fields.ts';
import { docsOf, withPart } from './docs.ts';
import { markdownTable } from './docs-table.ts';

const root = join(import.meta.dirname, '../..');
const pages = globSync('{README.md,docs/**/*.md}', { cwd: root }).toSorted();

/** The YAML blocks of a page that are manifests, with the line each begins at. */
function manifestsOf(page: string): readonly { readonly line: number; readonly text: string }[] {
  const source = readFileSync(join(root, page), 'utf8');
  return [...source.matchAll(/^```yaml\n([^]*?)^```$/gm)].flatMap((block) => {
    const text = block[1] ?? '';
    const line = source.slice(0, block.index).split('\n').length + 1;
    return text.startsWith('apiVersion: orket.dev') ? [{ line, text }] : [];
  });
}

const examples = pages.flatMap((page) => manifestsOf(page).map((block) => ({ page, ...block })));

describe('the documentation', () => {
  it.each(examples)('shows only manifests that are valid: $page:$line', ({ text }) => {
    const validated = parseAllDocuments(text).map((document) => validateResource(document.toJS()));
    expect(validated.flatMap(({ problems }) => problems)).toEqual([]);
    const resources = validated.flatMap(({ resource }) => resource ?? []);
    // A part of a Flow may refer to what the page does not show.
    const whole = ['Flow', 'Band', 'Venue', 'Score'].every((kind) => resources.some((each) => each.kind === kind));
    const problems = checkClosure(resources).problems.filter(({ reason }) => whole || reason !== 'ReferenceNotFound');
    expect(problems).toEqual([]);
  });

  it('has a page with an example of its kind for every kind', () => {
    for (const { kind, singular } of kindInfos) {
      const blocks = manifestsOf(`docs/reference/kinds/${singular}.md`);
      expect(blocks.map(({ text }) => text).join()).toContain(`\nkind: ${kind}\n`);
    }
  });

  it('holds what the CRDs and the catalogue of errors say', () => {
    const read = (page: string): string => readFileSync(join(root, page), 'utf8');
    for (const [page, text] of Object.entries(docsOf(kindInfos, read))) expect(read(page)).toBe(text);
  });
});

describe('withPart', () => {
  it('replaces what stands between the markers and nothing else', () => {
    const page = 'before\n<!-- x -->\nold\n<!-- /x -->\nafter';
    expect(withPart('a.md', page, 'x', 'new')).toBe('before\n<!-- x -->\n\nnew\n\n<!-- /x -->\nafter');
  });

  it('names the page whose markers are missing', () => {
    expect(() => withPart('a.md', 'text', 'x', 'new')).toThrow('a.md needs <!-- x --> and <!-- /x -->');
  });
});

describe('typeOf', () => {
  it.each([
    [{ type: 'string', maxLength: 63, minLength: 1 }, 'string, 1 to 63 characters'],
    [{ type: 'string', enum: ['a', 'b'] }, '`a`, `b`'],
    [{ type: 'integer', minimum: 0 }, 'integer, at least 0'],
    [{ 'x-kubernetes-int-or-string': true }, 'integer or quantity'],
    [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'any object'],
    [{ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' }, 'set of string'],
  ])('tells %j as %s', (schema, text) => {
    expect(typeOf(schema)).toBe(text);
  });
});

describe('markdownTable', () => {
  it('keeps bars and line breaks inside their cell', () => {
    expect(markdownTable(['A'], [['a|b\n c']])).toBe('| A |\n|---|\n| a\\|b c |');
  });
});
