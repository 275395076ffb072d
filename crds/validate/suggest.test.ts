import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['reveiw', ['review', 'report'], 'review'],
    ['Review', ['review'], 'review'],
    ['suspned', ['suspend', 'inputs'], 'suspend'],
    ['bandref', ['bandRef', 'venueRef'], 'bandRef'],
    ['toolset', ['toolsetRefs', 'trigger'], undefined],
    ['x', ['yes', 'no'], undefined],
    ['ab', ['a'], 'a'],
  ])('for %s among %j is %s', (word, candidates, expected) => {
    expect(suggest(word, candidates)).toBe(expected);
  });

  it('takes the nearest of several', () => {
    expect(suggest('stepz', ['steep', 'steps', 'stop'])).toBe('steps');
  });

  it('never suggests the word itself', () => {
    expect(suggest('review', ['review'])).toBeUndefined();
  });

  it('finds a word again after one swap of neighbours', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{5,30}$/), fc.nat(28), (word, place) => {
        const at = place % (word.length - 1);
        const swapped = word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
        fc.pre(swapped !== word);
        expect(suggest(swapped, ['0000000000000000', word])).toBe(word);
      }),
    );
  });

  it('gives up on words and lists that nobody types', () => {
    expect(suggest('x'.repeat(1_000_000), ['x'.repeat(1_000_001)])).toBeUndefined();
    expect(suggest('name', [...Array.from({ length: 300 }, () => 'unlike'), 'names'])).toBeUndefined();
  });
});

describe('didYouMean', () => {
  it('is the beginning of a remedy, or nothing', () => {
    expect(didYouMean('reveiw', ['review'])).toBe('Did you mean "review"? ');
    expect(didYouMean('reveiw', [])).toBe('');
  });
});
