import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaths, isBelow, parsePath, splitAttempt, stablePath, type Segment } from './path.ts';

function formatPath(segments: readonly Segment[]): string {
  return segments.map(formatSegment).join('/');
}

function formatSegment({ name, iteration, attempt }: Segment): string {
  return `${name}${iteration === null ? '' : `#${iteration}`}${attempt === null ? '' : `~${attempt}`}`;
}

const ordinal = fc.integer({ min: 1, max: 12 });
const segment = fc.record({
  name: fc.oneof(
    ordinal.chain((number) => fc.constantFrom(`t${number}`, `c${number}`, `k${number}`, `g${number}`, `[${number}]`)),
    fc.constantFrom('review', 'a-b', 't2', 't', 't1a', 'x9'),
  ),
  iteration: fc.option(ordinal),
  attempt: fc.option(ordinal),
});
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map(formatPath);

describe('a path', () => {
  it('reads as it is written', () => {
    fc.assert(
      fc.property(path, (text) => {
        expect(formatPath(parsePath(text))).toBe(text);
      }),
    );
    expect(parsePath('review#1~2/t10~1')).toEqual([
      { name: 'review', iteration: 1, attempt: 2 },
      { name: 't10', iteration: null, attempt: 1 },
    ]);
    expect(parsePath('')).toEqual([]);
  });

  it.each(['/', 'a//b', 'A#1', 'a#0', 'a~0', 'a~01', '[01]', '[1', 'a#1#2', 'a~1#1', '-a', 'a b'])(
    'is not %j',
    (text) => {
      expect(() => parsePath(text)).toThrow('not a path');
    },
  );

  it.each([
    ['review#1~3/t2~1/c1~2', 'review#1/t2/c1'],
    ['[3]~2/step#10~1', '[3]/step#10'],
    ['', ''],
  ])('%j is %j once attempts are left out', (text, stable) => expect(stablePath(text)).toBe(stable));

  it.each([
    ['a#1~2/t3~4', 'a#1~2/t3', 4],
    ['a#1~2', 'a#1', 2],
    ['a#1~2/t3', 'a#1~2/t3', 1],
  ])('%j is an attempt at %j', (text, base, attempt) => expect(splitAttempt(text)).toEqual({ base, attempt }));

  it('knows what lies below it, and that a longer name does not', () => {
    expect(isBelow('a#1/t1', 'a#1')).toBe(true);
    expect(isBelow('a#10/t1', 'a#1')).toBe(false);
    expect(isBelow('a#1', 'a#1')).toBe(false);
    expect(isBelow('a#1', '')).toBe(true);
  });
});

describe('comparePaths', () => {
  it('counts ordinals as numbers and puts a parent before its children', () => {
    const sorted = ['', 'a#1', 'a#1/t2', 'a#1/t2/c1', 'a#1/t2/c10', 'a#1/t10', 'a#2', 'a#10', 'b#1', 't10#1', 't2#1'];
    expect(sorted.toReversed().toSorted(comparePaths)).toEqual(sorted);
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(path, path, path, (a, b, c) => {
        expect(Math.sign(comparePaths(a, b)) + Math.sign(comparePaths(b, a))).toBe(0);
        expect(comparePaths(a, b) === 0).toBe(a === b);
        if (comparePaths(a, b) < 0 && comparePaths(b, c) < 0) expect(comparePaths(a, c)).toBeLessThan(0);
      }),
    );
  });
});
