import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Below } from './below.ts';
import { isBelow } from './path.ts';

const path = fc.array(fc.constantFrom('a#1', 'a#1~1', 'ab#1', 't1'), { maxLength: 4 }).map((names) => names.join('/'));

describe('what lies below a path', () => {
  it('is what a look at every path finds, in its order', () => {
    fc.assert(
      fc.property(fc.array(path), path, (paths, asked) => {
        const below = new Below<number>();
        for (const [index, one] of paths.entries()) below.add(one, index);
        const expected = [...paths.entries()].filter(([, one]) => one === asked || isBelow(one, asked));
        expect(below.at(asked)).toEqual(expected.map(([index]) => index));
      }),
      { numRuns: 200 },
    );
  });
});
