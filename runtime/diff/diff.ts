import { canonicalCopy, digestOf, isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';
import { stablePath } from '../call/path.ts';
import { factsIn, isTaken } from '../journal/fork-facts.ts';
import type { JournalRecord, Usage } from '../journal/record.ts';
import { startOf } from '../opening.ts';
import type { Recording } from '../replay/recording.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { fieldChanges, type FieldChange } from './fields.ts';

/** What is different about two Sessions: what they ran, and what came of it. */
export interface SessionDiff {
  /** Of the bundle, by field. */
  readonly closure: readonly FieldChange[];
  /** The first stable path at which something else happened, null for none. */
  readonly firstPath: string | null;
  /** Calls, turns, steps and artifacts, in the order in which they were over. */
  readonly happened: readonly PathChange[];
  /** Status, result, usage and tree at the end. */
  readonly end: readonly FieldChange[];
}

export interface PathChange {
  /** Without attempts. */
  readonly path: string;
  readonly what: 'call' | 'turn' | 'step' | 'artifact';
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
}

/** Throws `JournalCorrupt`, and `RuntimeUnsupported` for semantics that this build does not carry. */
export async function diffSessions(before: Recording, after: Recording): Promise<SessionDiff> {
  const [earlier, later] = [await historyOf(before), await historyOf(after)];
  const changes = pathChanges(entriesOf(before, earlier), entriesOf(after, later));
  const happened = inOrder(changes, [...earlier, ...later]);
  return {
    closure: fieldChanges(canonicalCopy(before.bundle).value, canonicalCopy(after.bundle).value),
    firstPath: happened[0]?.path ?? null,
    happened,
    end: fieldChanges(await endOf(before, earlier), await endOf(after, later)),
  };
}

/** A Session that has no end is compared as well, and ends are compared by themselves. */
const ofNoInterest = { status: 'succeeded', error: null, resultDigest: null, treeDigest: digestOf([]) } as const;

/** The records of a Session, after what it took over as a fork. */
async function historyOf({ records, read }: Recording): Promise<readonly JournalRecord[]> {
  return [...(await factsIn(records, read)), ...records];
}

/** What the state is made of, but for its end: what two runs of one bundle have in common. */
function entriesOf(recording: Recording, records: readonly JournalRecord[]): ReadonlyMap<string, JsonObject> {
  const started = startOf(recording.records);
  if (started === undefined)
    throw new OrketError('JournalCorrupt', 'the journal is empty', { expected: 'session.started' });
  const entries = semanticsOf(started.semantics).stateEntries(records, ofNoInterest);
  const found = new Map<string, JsonObject>();
  for (const entry of entries) if (pathOf(entry) !== '') found.set(`${whatOf(entry)} ${pathOf(entry)}`, entry);
  return found;
}

function pathChanges(
  before: ReadonlyMap<string, JsonObject>,
  after: ReadonlyMap<string, JsonObject>,
): readonly PathChange[] {
  const changes: PathChange[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [left, right] = [before.get(key), after.get(key)];
    const entry = left ?? right;
    const fields = fieldChanges(left, right).filter(({ field }) => field !== '');
    if (entry === undefined || (left !== undefined && right !== undefined && fields.length === 0)) continue;
    const change = left === undefined ? 'added' : right === undefined ? 'removed' : 'changed';
    changes.push({ path: pathOf(entry), what: whatOf(entry), change, fields });
  }
  return changes;
}

/** By when it was over, as a call comes to something else through what lies below it; what only the first has comes first. */
function inOrder(changes: readonly PathChange[], records: readonly JournalRecord[]): readonly PathChange[] {
  const order = new Map<string, number>();
  for (const [index, record] of records.entries()) order.set(stablePath(record.path), index);
  const place = ({ path }: PathChange): number => order.get(path) ?? Number.POSITIVE_INFINITY;
  return changes.toSorted((a, b) => place(a) - place(b));
}

/**
 * The usage of a fork is compared with what it took over, as its parent used that, so that like stands beside like; what
 * the fork used by itself stands beside it.
 */
async function endOf({ records, read }: Recording, history: readonly JournalRecord[]): Promise<JsonObject> {
  const ended = records.findLast((record) => record.type === 'session.ended');
  if (ended?.type !== 'session.ended') return { status: 'no end' };
  const { status, error, result, resultDigest, treeDigest, usage, stateDigest } = ended.body;
  const taken = history.filter(isTaken);
  return {
    status,
    reason: error?.reason ?? null,
    result: resultDigest === null ? null : await read(result, resultDigest),
    tree: treeDigest,
    usage: sumOf(usage, taken),
    ...(taken.length === 0 ? {} : { ownUsage: { ...usage } }),
    state: stateDigest,
  };
}

function sumOf(own: Usage, taken: readonly JournalRecord[]): JsonObject {
  let { inputTokens, outputTokens } = own;
  for (const record of taken) {
    if (record.type !== 'model.response' || record.body.usage === null) continue;
    inputTokens += record.body.usage.inputTokens;
    outputTokens += record.body.usage.outputTokens;
  }
  return { inputTokens, outputTokens };
}

function whatOf(entry: JsonObject): PathChange['what'] {
  if (Object.hasOwn(entry, 'artifact')) return 'artifact';
  if (Object.hasOwn(entry, 'requestDigest')) return 'turn';
  return Object.hasOwn(entry, 'name') ? 'call' : 'step';
}

function pathOf(entry: JsonValue): string {
  const path = isJsonObject(entry) ? entry['path'] : undefined;
  return typeof path === 'string' ? stablePath(path) : '';
}
