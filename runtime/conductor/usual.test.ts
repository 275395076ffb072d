import { describe, expect, it } from 'vitest';
import { stepKey, usualOf, usualTokens } from './usual.ts';

describe('what is usual for a step', () => {
  it.each([
    ['write#3~2', 'write'],
    ['fan#1~1/left/write#1', 'fan/left/write'],
    ['each#1~1/[12]/write#2~1', 'each/[]/write'],
  ])('is known for %s under %s', (path, key) => {
    expect(stepKey(path)).toBe(key);
  });

  it.each<[readonly number[], number]>([
    [[5], 5],
    [[9, 1, 5], 5],
    [[1, 2, 4, 100], 3],
  ])('of %j is %d', (tokens, middle) => {
    expect(usualTokens(tokens.map((one) => new Map([['write', [one]]])))).toEqual({
      sessions: tokens.length,
      tokens: { write: middle },
    });
  });

  it('is nothing where nothing was observed', () => {
    expect(usualOf(undefined, 'write#1')).toBe(null);
    expect(usualOf({ tokens: { write: 12 } }, 'write#4')).toBe(12);
    expect(usualOf({ tokens: { write: 'many' } }, 'write#1')).toBe(null);
    expect(usualOf({ tokens: {} }, 'constructor#1')).toBe(null);
  });
});
