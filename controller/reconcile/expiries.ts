import { formatInstant, parseInstant } from '#crds';
import type { JournalRecord } from '#runtime';

/** Gates that are open and have an end, by seq. */
export type Expiries = ReadonlyMap<number, string>;

/**
 * What is known after one more record. An attempt takes up every gate that had expired before it began: one that is open
 * after that was given up by what it stood before, and starts nothing any more.
 */
export function expiriesAfter(before: Expiries, { type, seq, at, body }: JournalRecord): Expiries {
  switch (type) {
    case 'attempt.started':
      return new Map([...before].filter(([, expiresAt]) => parseInstant(expiresAt) > parseInstant(at)));
    case 'gate.opened':
      return body.expiresAt === null ? before : new Map([...before, [seq, body.expiresAt]]);
    case 'gate.decided':
      return new Map([...before].filter(([gate]) => gate !== body.gate));
    default:
      return before;
  }
}

/** When the first of them expires, null where none does. */
export function firstExpiry(expiries: Expiries): string | null {
  if (expiries.size === 0) return null;
  return formatInstant([...expiries.values()].map(parseInstant).reduce((first, one) => (one < first ? one : first)));
}
