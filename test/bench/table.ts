import type { Sample } from './sample.ts';

export type Unit = 'ms' | 'MiB' | '/s' | 'ratio' | 'count';

/** What a figure has to hold, and whether it does. */
export interface Bar {
  readonly text: string;
  readonly held: boolean;
}

/** One line of a table: what was measured, or why it was not. */
export type Row =
  | {
      readonly what: string;
      readonly sample: Sample;
      readonly unit: Unit;
      /** How much of that Orket takes, round by round; absent where the line is about Orket. */
      readonly ratio?: Sample;
      readonly bar: Bar | null;
    }
  | { readonly what: string; readonly why: string };

export interface Table {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** What exactly is compared. */
  readonly notes: readonly string[];
}

/** The bar of a figure, held where that is not above it. */
export function atMost(most: number, figure: number, unit: Unit): Bar {
  const text = unit === 'ratio' ? most.toFixed(2) : `${most} ${unit}`;
  return { text: `≤ ${text}`, held: figure <= most };
}

/** A figure for people: three digits where it is small, none after the point where it is large. */
export function figureOf(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '-';
  if (unit === 'ratio') return value.toFixed(2);
  const text = value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
  if (unit === 'count') return text;
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}

/** A table as Markdown. */
export function printTable({ name, title, rows, notes }: Table): string {
  const head = ['What', 'Median', 'Min', 'p99', 'Max', 'Runs', 'Orket / this', 'Bar', 'Held'];
  const lines = [head, head.map(() => '---'), ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`);
  const below = notes.map((note) => `- ${note}`);
  return [`## ${title}`, '', `\`npm run bench -- ${name}\``, '', ...lines, '', ...below].join('\n').trimEnd();
}

function cellsOf(row: Row): readonly string[] {
  if ('why' in row) return [row.what, `not measured: ${oneLine(row.why)}`, ...Array.from({ length: 7 }, () => '')];
  const { what, sample, unit, ratio, bar } = row;
  const figures = [sample.median, sample.min, sample.p99, sample.max].map((value) => figureOf(value, unit));
  const held = bar === null ? '' : bar.held ? 'yes' : '**no**';
  const against = ratio === undefined ? '' : figureOf(ratio.median, 'ratio');
  return [what, ...figures, `${sample.count}`, against, bar?.text ?? '', held];
}

/** Bars that were missed, and by how much. */
export function missedBars(tables: readonly Table[]): readonly string[] {
  return tables.flatMap(({ name, rows }) =>
    rows.flatMap((row) => {
      if ('why' in row || row.bar === null || row.bar.held) return [];
      const { what, bar, ratio, sample, unit } = row;
      const found = ratio === undefined ? figureOf(sample.median, unit) : figureOf(ratio.median, 'ratio');
      return [`${name}: ${what}: ${found}, bar ${bar.text}`];
    }),
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '/').trim().slice(0, 200);
}
