import { describe, expect, it } from 'vitest';
import { age, left, table } from './table.ts';

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

  it('has a line for each row, whatever stands in it', () => {
    expect(table(['NAME', 'MESSAGE'], [['a', 'bad\nb   Succeeded\u001b[2J']])).toBe(
      'NAME   MESSAGE\na      bad b   Succeeded\uFFFD[2J',
    );
  });

  it.each([
    [80, 'a message of some length'],
    [41, 'a message of s…'],
    [20, 'a message o…'],
  ])('cuts the column that yields to fit %i columns, as far as it still says something', (columns, message) => {
    const rows = [['hello-abc', 'a message of some length', 'hello', '3s']];
    const [, line = ''] = table(['NAME', 'MESSAGE', 'FLOW', 'AGE'], rows, { heading: 'MESSAGE', columns }).split('\n');
    expect(line.trim()).toBe(`hello-abc   ${message}   hello   3s`);
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
    [4.5 * 3_600_000, '4h30m'],
    [9.5 * 3_600_000, '9h'],
    [50 * 3_600_000, '2d2h'],
    [48 * 3_600_000, '2d'],
    [200 * 3_600_000, '8d'],
  ])('of %i ms is %s', (ms, expected) => {
    expect(age(ms)).toBe(expected);
  });
});

describe('the time that is left', () => {
  it.each([
    [-5, '0s'],
    [4_600, '5s'],
    [7 * 86_400_000 - 3_000, '7d'],
    [7 * 86_400_000 - 3 * 3_600_000, '6d21h'],
  ])('of %i ms is %s', (ms, expected) => {
    expect(left(ms)).toBe(expected);
  });
});
