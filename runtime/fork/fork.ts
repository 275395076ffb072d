import { didYouMean, digestOf, OrketError, type Digest, type JsonValue } from '#crds';
import { changesOfRecords } from '../call/file-changes.ts';
import { comparePaths, isBelow, parsePath, splitAttempt, stablePath, type Segment } from '../call/path.ts';
import type { JournalRecord } from '../journal/record.ts';
import { treeOfChanges } from '../workspace/tree-of-changes.ts';
import type { Recording } from '../replay/recording.ts';
import { factsIn, taken, withReferences, type ForkFact, type Keep } from '../journal/fork-facts.ts';
import { resolved } from './resolve.ts';

/** What a person says that a call came to, instead of making it again. */
export interface SuppliedOutcome {
  /** Stable path of a call that the parent made. */
  readonly path: string;
  readonly output: JsonValue;
}

export interface Fork {
  readonly facts: readonly ForkFact[];
  /** Of the Workspace that they leave. */
  readonly tree: Digest;
}

/**
 * What of a Session came causally before a stable path: earlier siblings of it and of everything around it, with all that
 * lies below them, and the turns that it is in. What ran side by side with it did not come before it. Of what is around it
 * the last attempt counts, and is the fork's first. Throws `Usage` for a path at which nothing happened.
 */
export async function forkOf(
  recording: Recording,
  at: string,
  keep: Keep,
  supplied: readonly SuppliedOutcome[] = [],
): Promise<Fork> {
  // Of a fork, also what it took over itself.
  const records = [...(await factsIn(recording.records, recording.read)), ...recording.records];
  const last = records.findLast(({ path }) => path !== '' && stablePath(path) === at);
  if (last === undefined) throw noSuchPath(at, records);
  const before = records.filter(beforeOf(records, parsePath(last.path)));
  const kept = withoutLooseEnds(before);
  const places = new Map(kept.map(({ seq }, index) => [seq, index + 1]));
  const depth = parsePath(last.path).length;
  const facts: ForkFact[] = [];
  for (const record of kept) {
    const body = await resolved(
      withReferences(flat(record, places, records), (seq) => places.get(seq) ?? seq),
      recording,
      keep,
    );
    facts.push({ ...body, path: firstAttempts(record.path, last.path, depth) });
  }
  const tree = treeLeftBy(facts, at);
  for (const outcome of supplied) facts.push(...(await suppliedFacts(outcome, facts, { ...recording, records }, keep)));
  return { facts, tree };
}

/** Whether a record belongs to what came before the place that the segments name. */
function beforeOf(records: readonly JournalRecord[], target: readonly Segment[]): (record: JournalRecord) => boolean {
  const text = target.map(textOf);
  const prefixes = text.map((_, index) => text.slice(0, index).join('/'));
  const ends = new Map<string, number>();
  const starts = new Map<string, number>();
  for (const { seq, type, path } of records) {
    for (const [index, segment] of parsePath(path).entries()) {
      const prefix = path.split('/').slice(0, index).join('/');
      const key = childOf(prefix, segment);
      if (!starts.has(key)) starts.set(key, seq);
    }
    const { base } = splitAttempt(path);
    if (closing.has(type)) ends.set(base, seq);
  }
  return ({ type, path }) => {
    if (path === '' || !taken.has(type)) return false;
    const segments = parsePath(path);
    return target.some((own, level) => {
      const [prefix = '', sibling] = [prefixes[level], segments[level]];
      if (sibling === undefined || (prefix !== '' && !isBelow(path, prefix))) return false;
      const [key, ownKey] = [childOf(prefix, sibling), childOf(prefix, own)];
      // The turn that a call belongs to is what led to it.
      if (key === ownKey)
        return level < target.length - 1 && isTurn(own) && path === text.slice(0, level + 1).join('/');
      if (own.iteration !== null)
        return sibling.iteration !== null && (ends.get(key) ?? Number.POSITIVE_INFINITY) < (starts.get(ownKey) ?? 0);
      return ordinal(sibling) !== null && isEarlier(sibling, own) && (isTurn(own) || ends.has(key));
    });
  };
}

/** Records after which something at their path is over. */
const closing: ReadonlySet<string> = new Set(['step.ended', 'step.skipped', 'call.outcome', 'call.denied']);

function childOf(prefix: string, segment: Segment): string {
  const text = textOf({ ...segment, attempt: null });
  return prefix === '' ? text : `${prefix}/${text}`;
}

function textOf({ name, iteration, attempt }: Segment): string {
  return `${name}${iteration === null ? '' : `#${iteration}`}${attempt === null ? '' : `~${attempt}`}`;
}

/** Turns and calls have attempts of their own; branches may be called alike and have none. */
function ordinal({ name, iteration, attempt }: Segment): { readonly kind: string; readonly number: number } | null {
  const match = iteration === null && attempt !== null ? /^([tck])([1-9]\d*)$/.exec(name) : null;
  return match === null ? null : { kind: match[1] ?? '', number: Number(match[2]) };
}

function isTurn(segment: Segment): boolean {
  return ordinal(segment)?.kind === 't';
}

function isEarlier(one: Segment, other: Segment): boolean {
  const [a, b] = [ordinal(one), ordinal(other)];
  return a !== null && b !== null && a.kind === b.kind && a.number < b.number;
}

/** A decision without the gate that it is of says nothing. */
function withoutLooseEnds(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const seqs = new Set(records.map(({ seq }) => seq));
  return records.filter((record) => record.type !== 'gate.decided' || seqs.has(record.body.gate));
}

/** A request whose beginning was not taken over names all of its messages itself. */
function flat(
  record: JournalRecord,
  places: ReadonlyMap<number, number>,
  all: readonly JournalRecord[],
): JournalRecord {
  if (record.type !== 'model.request' || record.body.prefix === null || places.has(record.body.prefix.seq))
    return record;
  const before = all.find(({ seq }) => seq === record.body.prefix?.seq);
  if (before?.type !== 'model.request') return record;
  const whole = flat(before, new Map(), all);
  if (whole.type !== 'model.request') return record;
  const shared = whole.body.messages.slice(0, record.body.prefix.count);
  const messages = [...shared.map(({ digest }) => ({ digest, message: null })), ...record.body.messages];
  return { ...record, body: { ...record.body, prefix: null, messages, tools: record.body.tools ?? whole.body.tools } };
}

/** What is around the place begins with a first attempt in the fork. */
function firstAttempts(path: string, target: string, depth: number): string {
  const [own, other] = [path.split('/'), target.split('/')];
  let shared = 0;
  while (shared < depth && own[shared] !== undefined && own[shared] === other[shared]) shared += 1;
  return [...own.slice(0, shared).map((text) => text.replace(/~[1-9]\d*$/, '~1')), ...own.slice(shared)].join('/');
}

function treeLeftBy(facts: readonly ForkFact[], at: string): Digest {
  try {
    return treeOfChanges(changesOfRecords(facts), '');
  } catch (cause) {
    const detail = {
      at,
      expected: 'files that follow from what came before it',
      found: 'files that an earlier attempt left',
      remedy: 'Fork before the step that was tried more than once.',
    };
    throw new OrketError('Usage', 'the Session cannot be forked there', detail, cause);
  }
}

async function suppliedFacts(
  { path, output }: SuppliedOutcome,
  facts: readonly ForkFact[],
  recording: Recording,
  keep: Keep,
): Promise<readonly ForkFact[]> {
  const made = recording.records.findLast(
    (record) => record.type === 'call.intent' && stablePath(record.path) === path,
  );
  if (made?.type !== 'call.intent') throw noSuchPath(path, recording.records, 'a call that the Session made');
  if (facts.some((fact) => fact.type === 'call.outcome' && stablePath(fact.path) === path)) {
    const remedy = 'Fork at that path, or before it.';
    throw new OrketError('Usage', 'what came of this call is taken over', { at: path, remedy });
  }
  const { type, body } = await resolved(made, recording, keep);
  const first = parsePath(made.path).map((segment) =>
    textOf({ ...segment, attempt: segment.attempt === null ? null : 1 }),
  );
  const asked = {
    type,
    path: first.join('/'),
    body: type === 'call.intent' ? { ...body, attempt: 1 } : body,
  } as ForkFact;
  return [asked, await outcomeFact(first.join('/'), output, keep)];
}

async function outcomeFact(path: string, value: JsonValue, keep: Keep): Promise<ForkFact> {
  const output = await keep.value(value);
  const body = { status: 'succeeded', output, outputDigest: digestOf(value), error: null, changes: [] } as const;
  return { type: 'call.outcome', path, body };
}

/** An id is no path: the path of a step says which execution of it is meant. */
function nearest(at: string, paths: readonly string[]): string {
  return paths.includes(`${at}#1`) ? `Did you mean ${JSON.stringify(`${at}#1`)}? ` : didYouMean(at, paths);
}

function noSuchPath(
  at: string,
  records: readonly JournalRecord[],
  expected = 'a path at which something happened',
): OrketError {
  const paths = [...new Set(records.filter(({ path }) => path !== '').map(({ path }) => stablePath(path)))];
  const near = paths.toSorted(comparePaths).slice(0, 12);
  return new OrketError('Usage', 'there is no such path in this Session', {
    at: at.slice(0, 200),
    expected,
    found: `among others ${near.join(', ')}`,
    remedy: `${nearest(at, paths)}List them with \`orket events\`; leave out every \`~\`.`,
  });
}
