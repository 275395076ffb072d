import { OrketError } from '#crds';
import { beginning, chainRefusal, readLine, type AppendRequest, type JournalRecord, type Place } from '#runtime';
import { project, type Projection } from '../reconcile/projection.ts';
import type { Attempt } from './attempts.ts';
import { endsAfter, saysForPeople, type Ends } from './decisions.ts';

/** Where a journal stands, and what it shows there. */
export interface Walked {
  readonly place: Place;
  readonly projection: Projection | null;
  readonly ends: Ends;
}

/** Follows the chain of a whole journal. Throws `JournalCorrupt`. */
export function walk(lines: readonly string[]): Walked {
  let at: Walked = { place: beginning, projection: null, ends: new Map() };
  for (const line of lines) at = follow(at, line).at;
  return at;
}

/** What a pod wants to append has to go on from here, under its own epoch, and hold nothing that only people may say. */
export function checkLines(
  { lines }: AppendRequest,
  { attempt }: Pick<Attempt, 'attempt'>,
  { place, projection, ends }: Walked,
  now: number,
): Walked {
  let at: Walked = { place, projection, ends };
  for (const line of lines) {
    const next = follow(at, line);
    if (next.record !== null && saysForPeople(next.record, at.ends, now)) {
      throw new OrketError('Forbidden', 'a session process cannot decide for a person', { found: next.record.type });
    }
    if (next.at.place.epoch !== attempt) {
      throw staleEpoch(attempt, next.at.place.epoch);
    }
    ({ at } = next);
  }
  return at;
}

/** `record` is null for one of a type that this build does not know. */
function follow(
  { place, projection, ends }: Walked,
  line: string,
): { readonly at: Walked; readonly record: JournalRecord | null } {
  const link = readLine(line, place);
  switch (link.kind) {
    case 'record':
      return {
        at: {
          place: link.place,
          projection: project(projection, link.record),
          ends: endsAfter(ends, link.record),
        },
        record: link.record,
      };
    case 'foreign':
      return { at: { place: link.place, projection: headOnly(projection, link.place), ends }, record: null };
    case 'break':
    case 'unsupported':
      throw chainRefusal(link);
  }
}

/** A record of a type that this build does not know shows nothing but that it is there. */
function headOnly(projection: Projection | null, { seq, head }: Place): Projection | null {
  return projection === null ? null : { ...projection, view: { ...projection.view, seq, head } };
}

export function staleEpoch(newest: number, used: number): OrketError {
  return new OrketError('StaleEpoch', 'a later attempt has taken the Session over', {
    expected: `epoch ${newest}`,
    found: `epoch ${used}`,
    remedy: 'Let this attempt end.',
  });
}
