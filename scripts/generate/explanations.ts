import { catalogue, type Reason } from '../../crds/errors.ts';
import { errorTexts } from './docs-error-texts.ts';

/** What `orket explain` says, for people who have installed Orket and have no pages of it. */
export interface Explanations {
  /** By the reason of an error or of a problem in a manifest. */
  readonly reasons: Readonly<Record<string, Explanation>>;
  /** By topic: lines of text and tables, each row a list of cells. */
  readonly topics: Readonly<Record<string, readonly Section[]>>;
}

export interface Explanation {
  /** Of an error. */
  readonly code?: string;
  /** Of a problem: where in checking a manifest it is found. */
  readonly stage?: string;
  readonly means: string;
  readonly remedy: string;
}

export interface Section {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ofProblem = 'Each problem names its place, what was expected and what was found: change it there.';

/** Taken from the catalogue and from tables of two pages, so that both say the same. Throws where a page lacks its table. */
export function explanationsOf(read: (path: string) => string): Explanations {
  const expressions = read('docs/reference/expressions.md');
  const problems = tableUnder(read('docs/reference/errors.md'), 'Problems in manifests').rows.flatMap(
    ([names = '', stage = '', means = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, { stage, means, remedy: ofProblem }] as const),
  );
  const errors = (Object.keys(catalogue) as Reason[]).map((reason) => {
    const { means, remedy } = errorTexts[reason];
    return [reason, { code: catalogue[reason].code, means: plain(means), remedy: plain(remedy) }] as const;
  });
  return {
    // Where both have a name, that of the catalogue tells what to do.
    reasons: Object.fromEntries([...problems, ...errors]),
    topics: { expressions: ['Scope', 'Functions'].map((title) => tableUnder(expressions, title)) },
  };
}

/** The first table below a heading. */
function tableUnder(page: string, title: string): Section {
  const found = new RegExp(`^## ${title}\n(?:(?!#|\\|).*\n)*((?:\\|.*\n)+)`, 'm').exec(page)?.[1];
  const [headings, , ...rows] = (found ?? '').trimEnd().split('\n').map(cells);
  if (headings === undefined || rows.length === 0) throw new Error(`a page has no table below "## ${title}"`);
  return { title, headings, rows };
}

function cells(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => plain(cell.trim()));
}

/** Without what only a page can show: links lead nowhere on a terminal. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/; see \[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/ See \[([^\]]*)\]\(expressions\.md[^)]*\)\./g, ' `orket explain expressions` tells more.')
    .replaceAll(/ See \[[^\]]*\]\([^)]*\)\./g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('\\|', '|');
}
