import { digestOf, type Digest, type JsonObject } from '#crds';
import { compareParsed, parsePath, splitAttempt, stablePath, type Segment } from '../../call/path.ts';
import type { ErrorBody, JournalRecord } from '../../journal/record.ts';

/** How a Session ended, as far as it belongs to its state. */
export interface Ending {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly error: ErrorBody | null;
  readonly resultDigest: Digest | null;
  readonly treeDigest: Digest;
}

/**
 * What two runs of one bundle have in common: an allow-list, sorted by path. Times, attempts, retries, back ends, people
 * and hosts are not in it. Below something tried several times only its last attempt counts.
 */
export function stateEntries(records: readonly JournalRecord[], ending: Ending): readonly JsonObject[] {
  const counted = records.filter(lastAttempts(records)).filter(outsideCancelled(records)).filter(noProbe(records));
  const entries: { readonly at: readonly Segment[]; readonly rank: number; readonly entry: JsonObject }[] = [];
  const seconds = secondsOf(counted);
  for (const record of counted) {
    const rank = ranks[record.type];
    if (rank === undefined) continue;
    const path = stablePath(record.path);
    const entry = entryOf(record, path, seconds);
    if (entry !== null) entries.push({ at: parsePath(path), rank, entry });
  }
  entries.sort((a, b) => compareParsed(a.at, b.at) || a.rank - b.rank);
  const { status, error, resultDigest, treeDigest } = ending;
  return [
    { path: '', tree: treeDigest },
    { path: '', status, reason: error?.reason ?? null, resultDigest },
    ...entries.map(({ entry }) => entry),
  ];
}

/** The digest of a Session's state. */
export function stateDigest(records: readonly JournalRecord[], ending: Ending): Digest {
  return digestOf(stateEntries(records, ending));
}

/** What stands beside another record of its path: the last of each path. */
interface Seconds {
  readonly outcomes: ReadonlyMap<string, JournalRecord<'call.outcome'>>;
  readonly responses: ReadonlyMap<string, JournalRecord<'model.response'>>;
  readonly gates: ReadonlyMap<string, JournalRecord<'gate.opened'>>;
}

function secondsOf(records: readonly JournalRecord[]): Seconds {
  const outcomes = new Map<string, JournalRecord<'call.outcome'>>();
  const responses = new Map<string, JournalRecord<'model.response'>>();
  const gates = new Map<string, JournalRecord<'gate.opened'>>();
  for (const record of records) {
    if (record.type === 'call.outcome') outcomes.set(record.path, record);
    if (record.type === 'model.response') responses.set(record.path, record);
    if (record.type === 'gate.opened') gates.set(record.path, record);
  }
  return { outcomes, responses, gates };
}

/** The order of entries at one path; a record of another type makes none. */
const ranks: Readonly<Record<string, number>> = {
  'gate.decided': 0,
  'call.intent': 0,
  'call.denied': 0,
  'model.request': 1,
  'conductor.adjusted': 2,
  'step.skipped': 2,
  'step.ended': 2,
  'artifact.written': 3,
};

function entryOf(record: JournalRecord, path: string, at: Seconds): JsonObject | null {
  switch (record.type) {
    case 'call.intent': {
      const { name, inputDigest } = record.body;
      const outcome = at.outcomes.get(record.path);
      if (outcome === undefined) return { path, name, inputDigest, status: 'unknown' };
      const { status, outputDigest, error } = outcome.body;
      // Whether it came to say so itself before its process ended is chance: nobody knows what it did.
      if (error?.reason === 'TimeLimitReached') return { path, name, inputDigest, status: 'unknown' };
      if (status === 'succeeded') return { path, name, inputDigest, status, outputDigest };
      return { path, name, inputDigest, status, errorCode: error?.reason ?? null };
    }
    case 'call.denied': {
      const { name, inputDigest, error } = record.body;
      return { path, name, inputDigest, status: 'denied', errorCode: error.reason };
    }
    case 'model.request': {
      const responseDigest = at.responses.get(record.path)?.body.responseDigest ?? null;
      return { path, requestDigest: record.body.requestDigest, responseDigest };
    }
    case 'gate.decided': {
      const opened = at.gates.get(record.path);
      // What became of an outcome that nobody saw is in the outcome.
      if (opened === undefined || opened.body.kind === 'unknown') return null;
      return { path, verdict: record.body.verdict, inputDigest: opened.body.inputDigest };
    }
    case 'conductor.adjusted':
      // What is only suggested changes nothing.
      return record.body.status === 'applied'
        ? { path, op: record.body.op, valueDigest: record.body.valueDigest }
        : null;
    case 'step.skipped':
      return { path, status: 'skipped', reason: record.body.by };
    case 'step.ended':
      return { path, status: record.body.status, reason: record.body.error?.reason ?? null };
    case 'artifact.written':
      return { path, artifact: record.body.name, mediaType: record.body.mediaType, digest: record.body.digest };
    default:
      return null;
  }
}

/** Records that say of an attempt that it was begun, or refused. */
const attempted: ReadonlySet<string> = new Set(['step.started', 'call.denied', 'call.intent', 'model.request']);

/** Whether a record lies below last attempts only. */
function lastAttempts(records: readonly JournalRecord[]): (record: JournalRecord) => boolean {
  const last = new Map<string, number>();
  for (const { type, path } of records) {
    if (!attempted.has(type)) continue;
    const { base, attempt } = splitAttempt(path);
    last.set(base, Math.max(last.get(base) ?? 0, attempt));
  }
  const isLast = (path: string): boolean => {
    const { base, attempt } = splitAttempt(path);
    // An iteration is named without an attempt by what belongs to all of them.
    return base === path || attempt >= (last.get(base) ?? 0);
  };
  // Many records lie at one path, and most paths have those above them in common.
  const known = new Map([['', true]]);
  const isBelowLast = (path: string): boolean => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = isBelowLast(parentOf(path)) && isLast(path);
    known.set(path, found);
    return found;
  };
  // What an adjustment did after an attempt lasts, though another attempt follows.
  return ({ type, path }) => isBelowLast(type === 'conductor.adjusted' ? parentOf(parentOf(path)) : path);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether a record lies below no branch that was cancelled: how far it came depends on time. */
function outsideCancelled(records: readonly JournalRecord[]): (record: JournalRecord) => boolean {
  const cancelled = new Set<string>();
  for (const record of records) {
    if (record.type === 'step.ended' && record.body.status === 'cancelled') cancelled.add(record.path);
  }
  if (cancelled.size === 0) return () => true;
  return ({ path }) => !ancestors(path).some((above) => above !== path && cancelled.has(above));
}

/** Whether a record is not of a probe: that somebody had to ask what became of a call is no part of what became of it. */
function noProbe(records: readonly JournalRecord[]): (record: JournalRecord) => boolean {
  const probed = new Set<string>();
  for (const { type, path, body } of records)
    if (type === 'call.intent' && body.recovery === 'probe') probed.add(`${path}/k`);
  if (probed.size === 0) return () => true;
  return ({ path }) => !ancestors(path).some((above) => probed.has(above.slice(0, above.lastIndexOf('/') + 2)));
}

/** A path and all paths above it. */
function ancestors(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.map((_segment, index) => segments.slice(0, index + 1).join('/'));
}
