import { canonicalCopy, OrketError, type BundlePrice, type BundleVenue } from '#crds';
import type { Usage } from '../journal/record.ts';
import type { ModelRequest } from './provider.ts';

/**
 * What model turns cost, in picos: 10^-12 of the unit that the prices of a Venue are in. A price is per million tokens
 * with at most six digits behind the point, so one token costs a whole number of picos, and no sum is ever rounded.
 */

/** Picos of one token. */
export interface TokenPrice {
  readonly input: bigint;
  readonly output: bigint;
  readonly cachedInput: bigint;
}

/** What a turn may come to at most. */
export interface TurnBound {
  readonly tokens: number;
  /** Null where nothing has a price. */
  readonly picos: number | null;
}

/** The price of a model by its name, else that of `*`, else null. */
export function priceOf(pricing: readonly BundlePrice[] | undefined, model: string): TokenPrice | null {
  const price = pricing?.find((one) => one.model === model) ?? pricing?.find((one) => one.model === '*');
  if (price === undefined) return null;
  const input = picosPerToken(price.input);
  const cachedInput = price.cachedInput === undefined ? input : picosPerToken(price.cachedInput);
  return { input, output: picosPerToken(price.output), cachedInput };
}

/**
 * What a turn cost, null where its model has no price. `inputTokens` hold the cached ones and `outputTokens` those of
 * reasoning, as servers count. More than a record can hold as a number counts as the largest that it can.
 */
export function picosOf(pricing: readonly BundlePrice[] | undefined, model: string, usage: Usage): number | null {
  const price = priceOf(pricing, model);
  if (price === null) return null;
  const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens);
  return toNumber(
    BigInt(usage.inputTokens - cached) * price.input +
      BigInt(cached) * price.cachedInput +
      BigInt(usage.outputTokens) * price.output,
  );
}

/**
 * The most that a turn can use, whatever the server says later: no tokenizer makes more tokens than there are bytes, and
 * `maxTokens` bounds what is written. A price of null costs nothing that is known.
 */
export function reservationFor(requestBytes: number, maxTokens: number, price: TokenPrice | null): TurnBound {
  const tokens = Math.min(requestBytes + maxTokens, Number.MAX_SAFE_INTEGER);
  if (price === null) return { tokens, picos: null };
  const input = larger(price.input, price.cachedInput);
  return { tokens, picos: toNumber(BigInt(requestBytes) * input + BigInt(maxTokens) * price.output) };
}

/** Bytes of a request as `reservationFor` counts them: names, roles and schemas are in it, as they are in any prompt. */
export function requestBytes({ messages, tools, outputSchema }: ModelRequest): number {
  return Buffer.byteLength(canonicalCopy({ messages, tools, outputSchema }).text);
}

/** The model that a back end is asked for, which is what its price is listed under. */
export function modelAsked(venue: BundleVenue, requested: string, backend: string): string {
  if (requested !== '') return requested;
  return venue.backends?.find(({ name }) => name === backend)?.model ?? '';
}

/**
 * The price to reserve by while nobody knows which back end will serve: each kind of token at what the dearest of them
 * asks. Null where none of them has a price.
 */
export function dearestPrice(venue: BundleVenue, requested: string): TokenPrice | null {
  const models = requested === '' ? (venue.backends ?? []).map(({ model }) => model) : [requested];
  const prices = (models.length === 0 ? [''] : models).flatMap((model) => priceOf(venue.pricing, model) ?? []);
  if (prices.length === 0) return null;
  const nothing: TokenPrice = { input: 0n, output: 0n, cachedInput: 0n };
  return prices.reduce((dearest, price) => {
    return {
      input: larger(dearest.input, price.input),
      output: larger(dearest.output, price.output),
      cachedInput: larger(dearest.cachedInput, price.cachedInput),
    };
  }, nothing);
}

/** Picos as people write amounts, exactly: `0.0425`. */
export function formatPicos(picos: number): string {
  const digits = String(picos).padStart(13, '0');
  const fraction = digits.slice(-12).replace(/0+$/, '');
  const whole = digits.slice(0, -12);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** A price per million tokens as picos per token: the same digits, with the point six places to the right. */
function picosPerToken(decimal: string): bigint {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(decimal);
  if (match === null) {
    throw new OrketError('InvalidManifest', 'a price of the Venue cannot be read', {
      at: 'pricing',
      expected: 'a decimal such as "2.50", with at most six digits behind the point',
      found: `"${decimal.slice(0, 40)}"`,
    });
  }
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(6, '0')}`);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function toNumber(picos: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(picos > most ? most : picos);
}
