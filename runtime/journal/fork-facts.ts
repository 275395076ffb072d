import { digestOfBytes, isJsonArray, isJsonObject, OrketError, type Digest, type JsonValue } from '#crds';
import { bodyFlaw, isKnownType } from './bodies.ts';
import { falseClaim, type FalseClaim } from './claims.ts';
import { once } from './once.ts';
import type { BlobRef, FileContent, JournalRecord, Recorded, RecordBodies, RecordType } from './record.ts';

/**
 * What a fork took over from its parent, as `session.forked` lists it: facts that are taken as they are and never judged
 * again. Where a fact refers to a record by its seq it is by its place in this list, from 1.
 */
export type ForkFact<T extends RecordType = RecordType> = {
  readonly [K in T]: { readonly type: K; readonly path: string; readonly body: RecordBodies[K] };
}[T];

/** How values and files of facts are kept where they go. */
export interface Keep {
  readonly value: (value: JsonValue) => Promise<Recorded>;
  readonly file: (bytes: Uint8Array) => Promise<FileContent>;
}

/** The facts of a fork as records that come before all of its own: their seqs are below 1, in order. None for no fork. */
export async function factsIn(
  records: readonly JournalRecord[],
  read: (recorded: Recorded | null, digest: Digest) => Promise<JsonValue>,
): Promise<readonly JournalRecord[]> {
  const forked = forkOfRecords(records);
  if (forked === undefined) return [];
  const { facts, flaw } = expandFacts(forked, await read(forked.body.outcomes, forked.body.outcomesDigest));
  if (flaw === null) return facts;
  const { field, expected, found } = flaw;
  throw new OrketError('JournalCorrupt', 'what a fork took over is no history', {
    at: `journal record ${forked.seq}, ${field}`,
    expected,
    found,
  });
}

/** Records have seqs from 1; what was taken over has none of its own. */
export function isTaken({ seq }: Pick<JournalRecord, 'seq'>): boolean {
  return seq < 1;
}

/** It stands right after the start, or nowhere. */
function forkOfRecords(records: readonly JournalRecord[]): JournalRecord<'session.forked'> | undefined {
  const second = records[1];
  return second?.type === 'session.forked' ? second : undefined;
}

export interface Expanded {
  readonly facts: readonly JournalRecord[];
  /** Every blob that a fact names. */
  readonly blobs: readonly BlobRef[];
  readonly flaw: FalseClaim | null;
}

/** Reads the list that a fork holds. Trusts nothing of it. */
export function expandFacts({ at, epoch }: Pick<JournalRecord, 'at' | 'epoch'>, outcomes: JsonValue): Expanded {
  const facts: JournalRecord[] = [];
  const blobs: BlobRef[] = [];
  const flawAt = (place: string, expected: string, found: string): Expanded => {
    return { facts, blobs, flaw: { field: `body.outcomes${place}`, expected, found } };
  };
  if (!isJsonArray(outcomes)) return flawAt('', 'a list', typeof outcomes);
  for (const [index, fact] of outcomes.entries()) {
    const place = `[${index}]`;
    if (!isJsonObject(fact)) return flawAt(place, 'an object', typeof fact);
    const { type, path, body } = fact;
    if (typeof type !== 'string' || !isKnownType(type) || !taken.has(type))
      return flawAt(`${place}.type`, 'what can be taken over', JSON.stringify(type ?? null).slice(0, 80));
    if (typeof path !== 'string' || path === '') return flawAt(`${place}.path`, 'a path', typeof path);
    const wrong = bodyFlaw(type, body, { blobs, exact: true });
    if (wrong !== null) return flawAt(`${place}.body.${wrong.field}`, wrong.expected, wrong.found);
    const seq = index - outcomes.length;
    const place0 = { v: 1, seq, epoch, prev: '', hash: '', at, synced: 0 } as const;
    const record = shifted({ ...place0, type, path, body } as JournalRecord, outcomes.length + 1);
    const claim = falseClaim(record);
    if (claim !== null) return flawAt(`${place}.${claim.field}`, claim.expected, claim.found);
    facts.push(record);
  }
  return { facts, blobs, flaw: null };
}

/**
 * Records that say what came of something: what there is once at a path, and what says how that came about. What an attempt
 * saw, and who said what when, is not taken over.
 */
export const taken: ReadonlySet<RecordType> = new Set<RecordType>([
  ...once,
  'policy.decided',
  'value.recorded',
  'artifact.written',
  'workspace.snapshot',
  'limit.reached',
]);

/** References by place in the list become those by seq. */
function shifted(record: JournalRecord, by: number): JournalRecord {
  return withReferences(record, (place) => place - by);
}

/** The record with every seq that it refers to replaced. */
export function withReferences<R extends JournalRecord>(record: R, to: (seq: number) => number): R {
  switch (record.type) {
    case 'model.request': {
      const { prefix } = record.body;
      return prefix === null
        ? record
        : { ...record, body: { ...record.body, prefix: { ...prefix, seq: to(prefix.seq) } } };
    }
    case 'gate.decided':
      return { ...record, body: { ...record.body, gate: to(record.body.gate) } };
    case 'gate.opened': {
      const { voids } = record.body;
      return voids === null
        ? record
        : { ...record, body: { ...record.body, voids: { ...voids, gate: to(voids.gate) } } };
    }
    case 'call.outcome': {
      const { from } = record.body;
      if (from === undefined) return record;
      const other = 'gate' in from ? { gate: to(from.gate) } : { probe: to(from.probe) };
      return { ...record, body: { ...record.body, from: other } };
    }
    default:
      return record;
  }
}

/** What is wrong with the blobs that facts name, null for nothing. */
export async function blobFlaw(
  blobs: readonly BlobRef[],
  readBlob: (ref: BlobRef) => Promise<Uint8Array | null>,
): Promise<FalseClaim | null> {
  for (const blob of blobs) {
    const bytes = await readBlob(blob);
    const found = bytes === null ? `fewer than ${blob.bytes} bytes` : digestOfBytes(bytes);
    if (found !== blob.digest) return { field: `blob at ${blob.offset}`, expected: blob.digest, found };
  }
  return null;
}
