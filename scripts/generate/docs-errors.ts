import { catalogue, type Reason } from '../../crds/errors.ts';
import { errorTexts, type ErrorText } from './docs-error-texts.ts';
import { markdownTable } from './docs-table.ts';

const groups: readonly (readonly [prefix: string, title: string])[] = [
  ['ORK-1', 'What somebody wrote'],
  ['ORK-2', 'What happened in a call'],
  ['ORK-3', 'What a model server did'],
  ['ORK-4', 'What became of the record'],
  ['ORK-5', 'What is outside'],
  ['ORK-9', 'Defects'],
];

/** The catalogue as tables, one for each group of codes. Throws for a reason without text or outside every group. */
export function errorTables(): string {
  const reasons = (Object.keys(catalogue) as Reason[]).toSorted((a, b) =>
    catalogue[a].code < catalogue[b].code ? -1 : 1,
  );
  const stray = reasons.find((reason) => groupOf(reason) === undefined);
  if (stray !== undefined) throw new Error(`${stray} has a code of no group that docs-errors.ts knows`);
  return groups
    .flatMap(([prefix, title]) => {
      const rows = reasons.filter((reason) => groupOf(reason) === prefix).map(row);
      return [`## ${title}`, markdownTable(['Code', 'Reason', 'Again?', 'Exit', 'Means', 'Do'], rows)];
    })
    .join('\n\n');
}

function row(reason: Reason): readonly string[] {
  const { code, retryable, exit } = catalogue[reason];
  const text: ErrorText | undefined = errorTexts[reason];
  if (text === undefined) throw new Error(`${reason} has no text: add one to scripts/generate/docs-error-texts.ts`);
  return [code, `\`${reason}\``, retryable ? 'yes' : 'no', String(exit), text.means, text.remedy];
}

function groupOf(reason: Reason): string | undefined {
  return groups.find(([prefix]) => catalogue[reason].code.startsWith(prefix))?.[0];
}
