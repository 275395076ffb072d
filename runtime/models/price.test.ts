import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BundlePrice, BundleVenue } from '#crds';
import { modelRequest } from '../../test/conformance/provider.ts';
import { dearestPrice, formatPicos, modelAsked, picosOf, priceOf, requestBytes, reservationFor } from './price.ts';

const pricing: readonly BundlePrice[] = [
  { model: '*', input: '0.1', output: '0.2' },
  { model: 'large', input: '2.50', output: '10', cachedInput: '0.625' },
];
const usage = (inputTokens: number, outputTokens: number, cachedTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedTokens,
});

describe('the cost of a turn', () => {
  it.each([
    ['a million tokens in', 'large', usage(1_000_000, 0), 2.5e12],
    ['a million tokens out', 'large', usage(0, 1_000_000), 10e12],
    ['one token in', 'large', usage(1, 0), 2_500_000],
    ['cached tokens at their own price', 'large', usage(100, 1, 40), 60 * 2_500_000 + 40 * 625_000 + 10_000_000],
    ['cached tokens at the price of input where they have none', 'small', usage(10, 0, 10), 1_000_000],
    ['a model that only * names', 'small', usage(1, 1), 300_000],
    ['nothing used', 'large', usage(0, 0), 0],
    ['more cached than read counts as all cached', 'large', usage(10, 0, 99), 6_250_000],
  ])('%s', (_, model, used, picos) => {
    expect(picosOf(pricing, model, used)).toBe(picos);
  });

  it('is unknown where nothing names a price', () => {
    expect(picosOf(undefined, 'large', usage(1, 1))).toBeNull();
    expect(picosOf([{ model: 'large', input: '1', output: '1' }], 'small', usage(1, 1))).toBeNull();
  });

  it('is exact to the last digit of a price', () => {
    const odd = [{ model: '*', input: '0.000001', output: '1234.000003' }];
    expect(picosOf(odd, 'x', usage(3, 7))).toBe(3 + 7 * 1_234_000_003);
  });

  it('stops at the largest number that a record can hold', () => {
    const dear = [{ model: '*', input: '9999.999999', output: '9999.999999' }];
    expect(picosOf(dear, 'x', usage(1e9, 1e9))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(['', '-1', '1.', '.5', '1e3', '1.0000001', '١'])('of %j is refused', (input) => {
    expect(() => priceOf([{ model: '*', input, output: '1' }], 'x')).toThrow(
      expect.objectContaining({ reason: 'InvalidManifest' }),
    );
  });

  it('never rounds: the sum of parts is the price of the whole', () => {
    const tokens = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (a, b, c, d) => {
        const parts = (picosOf(pricing, 'large', usage(a, b)) ?? 0) + (picosOf(pricing, 'large', usage(c, d)) ?? 0);
        expect(picosOf(pricing, 'large', usage(a + c, b + d))).toBe(parts);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an amount for people', () => {
  it.each([
    [0, '0'],
    [1, '0.000000000001'],
    [2_500_000, '0.0000025'],
    [1e12, '1'],
    [1_042_500_000_000, '1.0425'],
    [Number.MAX_SAFE_INTEGER, '9007.199254740991'],
  ])('%s is %s', (picos, text) => expect(formatPicos(picos)).toBe(text));
});

describe('what is reserved for a turn', () => {
  it('is never less than what any usage within its bounds costs', () => {
    const count = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, maxTokens, share) => {
        const used = usage(Math.floor(bytes * share), Math.floor(maxTokens * share), Math.floor(bytes * share * share));
        const bound = reservationFor(bytes, maxTokens, priceOf(pricing, 'large'));
        expect(bound.picos).toBeGreaterThanOrEqual(picosOf(pricing, 'large', used) ?? 0);
        expect(bound.tokens).toBeGreaterThanOrEqual(used.inputTokens + used.outputTokens);
      }),
      { numRuns: 50 },
    );
  });

  it('has no cost where nothing has a price', () => {
    expect(reservationFor(10, 5, null)).toEqual({ tokens: 15, picos: null });
  });

  it('counts every byte of messages, tools and schema', () => {
    const plain = modelRequest();
    const bytes = requestBytes(plain);
    expect(bytes).toBeGreaterThan(JSON.stringify(plain.messages).length);
    expect(requestBytes({ ...plain, outputSchema: { title: 'é' } })).toBe(bytes - 4 + 14);
  });
});

describe('while nobody knows which back end will serve', () => {
  const venue: BundleVenue = {
    provider: 'openai',
    pricing: [
      { model: 'a', input: '1', output: '9' },
      { model: 'b', input: '3', output: '4' },
    ],
    backends: [
      { name: 'one', model: 'a' },
      { name: 'two', model: 'b' },
      { name: 'free', model: 'c' },
    ],
  };

  it('each kind of token costs what the dearest asks', () => {
    expect(dearestPrice(venue, '')).toEqual({ input: 3_000_000n, output: 9_000_000n, cachedInput: 3_000_000n });
  });

  it('a model that the role names is asked of whichever serves', () => {
    expect(dearestPrice(venue, 'a')).toEqual({ input: 1_000_000n, output: 9_000_000n, cachedInput: 1_000_000n });
    expect(dearestPrice(venue, 'c')).toBeNull();
    expect(modelAsked(venue, 'x', 'two')).toBe('x');
    expect(modelAsked(venue, '', 'two')).toBe('b');
    expect(modelAsked(venue, '', 'nobody')).toBe('');
  });

  it('a Venue without back ends costs what * says', () => {
    expect(dearestPrice({ provider: 'scripted', pricing }, '')).toMatchObject({ input: 100_000n });
  });
});
