import { OrketError, type JsonValue } from '#crds';
import { admit } from '../call/admit.ts';
import { endsAttempt } from '../call/failure.ts';
import { childPath } from '../call/path.ts';
import type { Trail } from '../call/trail.ts';
import type { Draft } from '../journal/record.ts';
import { splitBudget } from '../call/reserve.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Place } from './place.ts';

/** Steps that are executed beside others. */
export interface Branch {
  /** Of its path: a name, or `[i]`. */
  readonly segment: string;
  /** Where it writes, below the folder of what is around it. */
  readonly folder: string;
  readonly run: (inside: Place) => Promise<JsonValue>;
}

export interface Beside {
  /** Of the step, with its attempt. */
  readonly path: string;
  /** Whether the first branch that fails cancels the others. */
  readonly failFast: boolean;
  /** Branches at work at a time. */
  readonly concurrency: number;
}

type BranchEnd =
  | { readonly kind: 'succeeded'; readonly output: JsonValue }
  | { readonly kind: 'failed'; readonly error: OrketError }
  /** Something that is no end of the branch: the attempt of the Session ends. */
  | { readonly kind: 'left'; readonly error: unknown }
  | { readonly kind: 'cancelled' };

/**
 * Runs branches side by side, waits for every one and gives their outputs in order. Throws the failure of the first that
 * failed: in order, or with `failFast` in time, which is an input and recorded. What ends the attempt of the Session
 * comes before both, but that the Session parks for a branch that was cancelled.
 */
export async function runBranches(
  branches: readonly Branch[],
  { path, failFast, concurrency }: Beside,
  place: Place,
): Promise<readonly JsonValue[]> {
  const cancel = new AbortController();
  const signal = AbortSignal.any([place.signal, cancel.signal]);
  const paths = branches.map(({ segment }) => childPath(path, segment));
  const budgets = await splitBudget(place.budget, path, paths, place.run);
  let first = failFast ? await recordedFirst(branches, path, place) : null;

  const runOne = async (index: number): Promise<BranchEnd> => {
    const branch = branches[index];
    if (branch === undefined || (first !== null && first !== index)) return { kind: 'cancelled' };
    const inside = (): Place => ({
      ...place,
      path: childPath(path, branch.segment),
      workspace: place.workspace.branch(branch.folder),
      budget: budgets[index] ?? place.budget,
      signal,
    });
    const end = await endOf(async () => branch.run(inside()));
    if (end.kind !== 'failed' || !failFast || (first !== null && first !== index)) return end;
    first = index;
    await recordFirst(branch.segment, path, place);
    cancel.abort(new OrketError('Cancelled', 'a branch beside this one failed'));
    return end;
  };
  const ends = await severally(branches.length, concurrency, runOne);

  const left = ends.flatMap((end) => (end.kind === 'left' ? [end] : []));
  const ending = left.find(({ error }) => !isParked(error)) ?? (first === null ? left[0] : undefined);
  if (ending !== undefined) throw ending.error;
  if (first !== null) await cancelOthers(branches, first, path, place);
  const failed = first === null ? ends.find((end) => end.kind === 'failed') : ends[first];
  if (failed?.kind === 'failed') throw failed.error;
  return ends.map((end) => {
    if (end.kind === 'succeeded' && first === null) return end.output;
    throw new OrketError('JournalCorrupt', 'a branch did not end as the journal says', { at: path });
  });
}

async function endOf(work: () => Promise<JsonValue>): Promise<BranchEnd> {
  try {
    return { kind: 'succeeded', output: await work() };
  } catch (error) {
    return endsAttempt(error) || !(error instanceof OrketError) ? { kind: 'left', error } : { kind: 'failed', error };
  }
}

/** Runs work by number, some at a time, in order. What ends the attempt of the Session keeps its place, as it waits. */
async function severally(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<BranchEnd>,
): Promise<readonly BranchEnd[]> {
  const ends = Array.from({ length: count }, (): BranchEnd => ({ kind: 'cancelled' }));
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const end = await work(index);
      ends[index] = end;
      if (end.kind === 'left') return;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(concurrency, count) }, lane));
  for (const one of lanes) if (one.status === 'rejected') throw one.reason;
  return ends;
}

const firstAt = (path: string): string => childPath(path, 'first');

/** The branch that failed first in an earlier attempt of the Session, or in the run that is replayed. */
async function recordedFirst(branches: readonly Branch[], path: string, { run }: Place): Promise<number | null> {
  const recorded = run.trail.recall('value.recorded', firstAt(path));
  if (recorded === undefined) return null;
  const segment = await run.trail.read(recorded.body.value, recorded.body.valueDigest);
  const index = branches.findIndex((branch) => branch.segment === segment);
  if (index >= 0) return index;
  throw new OrketError('JournalCorrupt', 'there is no such branch', { at: firstAt(path) });
}

async function recordFirst(segment: string, path: string, { run }: Place): Promise<void> {
  const make = async (): Promise<Draft<'value.recorded'>> => {
    const { value, digest } = admit(segment, run.mask);
    const body = { name: 'first', value: await run.trail.record(value), valueDigest: digest };
    return { type: 'value.recorded', path: firstAt(path), body };
  };
  await run.trail.once({ type: 'value.recorded', path: firstAt(path), make, sync: true });
}

/**
 * How far branches came that were cancelled depends on time: it is taken as it is, and what they changed in the Workspace
 * is undone. That their end is recorded says so; an attempt that begins after it finds the files without it.
 */
async function cancelOthers(
  branches: readonly Branch[],
  first: number,
  at: string,
  { run, workspace }: Place,
): Promise<void> {
  const { trail } = run;
  for (const [index, { segment, folder }] of branches.entries()) {
    if (index === first) continue;
    const path = childPath(at, segment);
    const isUndone = !trail.live || trail.recall('step.ended', path) !== undefined;
    trail.leave(path);
    const body = { status: 'cancelled', outputDigest: null, output: null, error: null } as const;
    await trail.once({ type: 'step.ended', path, make: async () => ({ type: 'step.ended', path, body }) });
    if (!isUndone) await undo(workspace.branch(folder), trail);
  }
}

/** Throws what ends this attempt: the next one makes all files anew. */
async function undo(branch: Workspace, trail: Trail): Promise<void> {
  try {
    await branch.rebuild(trail.changesAt(''), (content, digest) => trail.readFile(content, digest));
  } catch (cause) {
    if (endsAttempt(cause)) throw cause;
    const at = `workspace:${branch.folder}`;
    throw new OrketError('JournalWriteFailed', 'what a cancelled branch wrote cannot be undone', { at }, cause);
  }
}

function isParked(error: unknown): boolean {
  return error instanceof OrketError && error.reason === 'SessionParked';
}
