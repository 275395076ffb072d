/** Several measurements of one thing, in milliseconds or bytes. */
export interface Sample {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly count: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { min: at(0), median: at(Math.floor(sorted.length / 2)), max: at(sorted.length - 1), count: sorted.length };
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly sample: Sample;
  readonly unit: 'ms' | 'MiB' | 'ratio';
  /** The bar, and whether the median holds it; null where there is none. */
  readonly bar: { readonly text: string; readonly held: boolean } | null;
}

export function benchTable(rows: readonly Row[]): string {
  const head = ['| What | Median | Min | Max | Runs | Bar | Held |', '|---|---|---|---|---|---|---|'];
  const lines = rows.map(({ what, sample, unit, bar }) => {
    const figure = (value: number): string =>
      unit === 'ratio' ? value.toFixed(2) : `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
    const { median, min, max, count } = sample;
    const cells = [
      what,
      figure(median),
      figure(min),
      figure(max),
      String(count),
      bar?.text ?? '-',
      bar === null ? '-' : bar.held ? 'yes' : 'NO',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [...head, ...lines].join('\n');
}
