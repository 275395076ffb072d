import { parseInstant } from '#crds';
import type { JournalRecord } from '#runtime';

/** How gates end without anybody, of those that are open and have an end: by seq. */
export type Ends = ReadonlyMap<number, Pick<JournalRecord<'gate.opened'>['body'], 'expiresAt' | 'onExpiry'>>;

/** The clocks of two machines may differ by as much. */
const skewMs = 60_000;

/** What is known after one more record. */
export function endsAfter(before: Ends, { type, seq, body }: JournalRecord): Ends {
  if (type === 'gate.opened' && body.expiresAt !== null) return new Map([...before, [seq, body]]);
  if (type === 'gate.decided' && before.has(body.gate))
    return new Map([...before].filter(([gate]) => gate !== body.gate));
  return before;
}

/**
 * Whether a record says what only people can say. That a gate has expired is said by the time: it names nobody, gives
 * nothing, and comes to what its gate says of that.
 */
export function saysForPeople({ type, body }: JournalRecord, ends: Ends, now: number): boolean {
  if (type === 'input.received') return true;
  if (type !== 'gate.decided') return false;
  const { expiresAt = null, onExpiry } = ends.get(body.gate) ?? {};
  if (expiresAt === null || parseInstant(expiresAt) > now + skewMs) return true;
  const names = body.decisions.length + body.by.length > 0 || body.valueDigest !== null;
  return names || body.verdict !== (onExpiry === 'allow' ? 'approved' : 'expired');
}
