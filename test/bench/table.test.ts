import { describe, expect, it } from 'vitest';
import { sampleOf } from './sample.ts';
import { atMost, figureOf, missedBars, printTable, type Table } from './table.ts';

const table: Table = {
  name: 'step',
  title: 'A step',
  notes: ['What is compared.'],
  rows: [
    { what: 'Orket', sample: sampleOf([0.5]), unit: 'ms', bar: null },
    { what: 'other', sample: sampleOf([1]), unit: 'ms', ratio: sampleOf([0.52]), bar: atMost(0.5, 0.52, 'ratio') },
    { what: 'memory', sample: sampleOf([64]), unit: 'MiB', bar: atMost(80, 64, 'MiB') },
    { what: 'absent', why: 'not available here, because npm\nended with 1 | no network' },
  ],
};

describe('a table', () => {
  it('names its command, shows figures, ratios and bars, and says what could not be measured and why', () => {
    expect(printTable(table).split('\n')).toEqual([
      '## A step',
      '',
      '`npm run bench -- step`',
      '',
      '| What | Median | Min | p99 | Max | Runs | Orket / this | Bar | Held |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      '| Orket | 0.50 ms | 0.50 ms | 0.50 ms | 0.50 ms | 1 |  |  |  |',
      '| other | 1.00 ms | 1.00 ms | 1.00 ms | 1.00 ms | 1 | 0.52 | ≤ 0.50 | **no** |',
      '| memory | 64.0 MiB | 64.0 MiB | 64.0 MiB | 64.0 MiB | 1 |  | ≤ 80 MiB | yes |',
      '| absent | not measured: not available here, because npm ended with 1 / no network |  |  |  |  |  |  |  |',
      '',
      '- What is compared.',
    ]);
  });

  it('says which bars were missed, and by what figure', () => {
    expect(missedBars([table])).toEqual(['step: other: 0.52, bar ≤ 0.50']);
  });

  it.each([
    [0.1234, 'ms', '0.12 ms'],
    [12.34, 'ms', '12.3 ms'],
    [1234.5, 'MiB', '1235 MiB'],
    [8, '/s', '8.00/s'],
    [3, 'count', '3.00'],
    [Number.NaN, 'ms', '-'],
  ] as const)('shows %s %s as %s', (value, unit, text) => {
    expect(figureOf(value, unit)).toBe(text);
  });
});
