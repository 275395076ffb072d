import { describe, expect, it } from 'vitest';
import { age, table } from './table.ts';

describe('a table', () => {
  it('lines columns up and leaves no blanks at the end of a line', () => {
    expect(
      table(
        ['NAME', 'PHASE', 'AGE'],
        [
          ['hello-abc', 'Succeeded', '3s'],
          ['b', '', ''],
        ],
      ),
    ).toBe(['NAME        PHASE       AGE', 'hello-abc   Succeeded   3s', 'b'].join('\n'));
  });
});

describe('an age', () => {
  it.each([
    [-5, '0s'],
    [119_999, '119s'],
    [120_000, '2m'],
    [200_000, '3m20s'],
    [3_600_000, '60m'],
    [4 * 3_600_000, '4h'],
    [50 * 3_600_000, '2d'],
  ])('of %i ms is %s', (ms, expected) => {
    expect(age(ms)).toBe(expected);
  });
});
