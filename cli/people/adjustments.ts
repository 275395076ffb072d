import {
  folderValues,
  readAdjust,
  recalledMessage,
  type Adjust,
  type JournalRecord,
  type RecordedValues,
} from '#runtime';

/** What a rule, a heuristic or a person changed about a Session, as its journal has it. */
export interface Adjusted {
  /** By which people apply it or take it back. */
  readonly id: string;
  readonly change: Adjust;
  /** Where it was applied: a path for each branch; nowhere while it waits. */
  readonly places: readonly string[];
  /** A person, `rule NAME` or `heuristic NAME`. */
  readonly by: string;
  readonly why: string;
  /** `applied`, `suggested`, `waits`, `too late`, or who took it back. */
  readonly stands: string;
}

/** The adjustments of a Session in order, those that wait or were taken back included. Throws as reading values does. */
export async function adjustmentsOf(records: readonly JournalRecord[], dir: string): Promise<readonly Adjusted[]> {
  const values = folderValues(dir);
  const found = new Map<string, Adjusted>();
  for (const record of records) {
    values.add(record);
    const next = record.type === 'conductor.adjusted' ? await applied(record, values) : await asked(record, values);
    if (next === null) continue;
    const before = found.get(next.id);
    found.set(next.id, {
      ...next,
      places: [...(before?.places ?? []), ...next.places],
      why: next.why || (before?.why ?? ''),
    });
  }
  const all = [...found.values()];
  const hasEnded = records.at(-1)?.type === 'session.ended';
  return all.map((one) => ({ ...one, stands: standing(one, all, hasEnded) }));
}

async function applied(
  { path, body }: JournalRecord<'conductor.adjusted'>,
  values: RecordedValues,
): Promise<Adjusted | null> {
  const { id, status, value, valueDigest, origin, by, reason } = body;
  const change = readAdjust({ adjust: await values.read(value, valueDigest) });
  if (change === null) return null;
  const who = origin === 'person' ? by : `${origin} ${by}`;
  return { id, change, places: [path], by: who, why: reason, stands: status };
}

/** What a person asked for; null for a record of something else. */
async function asked(record: JournalRecord, values: RecordedValues): Promise<Adjusted | null> {
  if (record.type !== 'input.received' || record.body.kind !== 'adjustment') return null;
  const { id, from, content, contentDigest, refused } = record.body;
  const message = recalledMessage(await values.read(content, contentDigest), id, from);
  if (refused !== null || message?.kind !== 'adjustment') return null;
  const { adjust } = message;
  const why = 'reason' in adjust ? adjust.reason : undefined;
  return { id, change: adjust, places: [], by: from.name, why: why ?? '', stands: 'waits' };
}

/** A revert can be reverted as well, which brings back what it took. */
function standing(one: Adjusted, all: readonly Adjusted[], hasEnded: boolean): string {
  const taken = new Map<string, Adjusted>();
  for (const other of all.toReversed()) {
    const { id, change, stands } = other;
    if (stands === 'applied' && change.op === 'revert' && !taken.has(id)) taken.set(change.reverts, other);
  }
  const by = taken.get(one.id);
  if (by !== undefined) return `taken back by ${by.by}`;
  return one.stands === 'waits' && hasEnded ? 'came too late' : one.stands;
}
