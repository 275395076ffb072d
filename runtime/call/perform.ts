import { digestOf, type JsonValue } from '#crds';
import type { Draft, ErrorBody, RecordBodies, WorkspaceChange } from '../journal/record.ts';
import type { CallFiles, FileLog } from '../workspace/workspace.ts';
import { admit, type Admitted } from './admit.ts';
import { contextFor } from './context.ts';
import type { AgentContext, CallSite, Callable, MakeCall, Run } from './run.ts';
import { failureOf, toolError } from './failure.ts';
import { startDeadline, timeoutOf } from './limits.ts';
import { settle } from './settle.ts';
import { UnderWay } from './under-way.ts';
import { Beginning } from './beginning.ts';
import { Withdrawn } from './withdrawn.ts';

/**
 * Performs a call once and says what came of it: its output, masked and canonical, or its failure, and what it changed
 * in the Workspace; null where it was stopped half-way and nobody knows. Throws only what ends the attempt of the Session,
 * and `Withdrawn`.
 */
export async function performOnce(
  callable: Callable,
  input: JsonValue,
  site: CallSite,
  path: string,
  call: MakeCall,
  { left, isLast, begin }: Once,
): Promise<Draft<'call.outcome'> | null> {
  const { run } = site;
  const allowedMs = timeoutOf(callable, site);
  const usedMs = run.trail.activeMsSince('call.intent', path);
  const limit = allowedMs === null ? null : { name: 'timeoutSeconds', path, allowedMs, usedMs };
  const deadline = await startDeadline(run, site.signal, limit);
  try {
    const files = site.workspace.forCall(deadline.signal);
    const beginning = new Beginning(callable, site.signal, deadline.signal, begin);
    const context = contextFor(callable, { ...site, signal: deadline.signal }, path, files, call, beginning.begin);
    const end = await endOf(callable, input, context, isLast, beginning);
    await recordAccess(files, path, run);
    left.push(...files.log().changes);
    if ('nobodyKnows' in end) return null;
    return { type: 'call.outcome', path, body: { ...(await recorded(end, run)), changes: await changesOf(left, run) } };
  } finally {
    deadline.release();
  }
}

type End = { readonly output: Admitted } | { readonly failure: ErrorBody } | { readonly nobodyKnows: true };

async function endOf(
  callable: Callable,
  input: JsonValue,
  context: AgentContext,
  isLast: boolean,
  beginning: Beginning,
): Promise<End> {
  const { run, signal, files } = context;
  const isTool = callable.kind === 'tool';
  const underWay = new UnderWay();
  try {
    const work = callable.perform(input, isTool ? underWay.watching(context) : context);
    // A role ends by itself once everything below it was stopped; what a tool does after that is nobody's business.
    const output = await (isTool ? settle(work, run, signal) : work);
    await underWay.over();
    return { output: admit(output, run.mask) };
  } catch (error) {
    if (error instanceof Withdrawn) throw error;
    const failure = failureOf(isTool ? toolError(error) : error, run.mask);
    await underWay.over();
    const isEntered = callable.recovery === 'reenter' && files.log().changes.length > 0;
    if (isTool && !isDefinite(failure, callable, signal, isLast || isEntered)) {
      if (beginning.isRuledOut) throw new Withdrawn('stopped');
      // A Session that ends asks nobody any more: its journal says that there is no outcome.
      if (run.signal.aborted) throw run.signal.reason;
      return { nobodyKnows: true };
    }
    return { failure };
  } finally {
    // What was given up may still be at work: from here on it changes no file.
    await files.seal();
  }
}

/** Reasons with which a tool may have been stopped half-way: it says nothing of what it did. */
const halfWay: ReadonlySet<string> = new Set(['TimeLimitReached', 'ToolHostFailed', 'Cancelled', 'Aborted']);

/**
 * Whether a failure is what came of the effect. It is not where somebody has to find out first; nor where a host died, and
 * what it did can simply be done again.
 */
function isDefinite({ reason }: ErrorBody, callable: Callable, signal: AbortSignal, isLast: boolean): boolean {
  const { recovery, retry } = callable;
  switch (recovery) {
    case 'unknown':
    case 'probe':
    case 'keyed':
      return !halfWay.has(reason) && !signal.aborted;
    case 'safe':
      // How often is said by a retry where one is declared.
      return reason !== 'ToolHostFailed' || signal.aborted || isLast || retry !== undefined;
    case 'reenter':
      return reason !== 'ToolHostFailed' || signal.aborted || isLast;
    case 'workspace':
      return true;
  }
}

async function recorded(
  end: Exclude<End, { readonly nobodyKnows: true }>,
  { trail }: Run,
): Promise<Omit<RecordBodies['call.outcome'], 'changes'>> {
  if ('failure' in end) return { status: 'failed', output: null, outputDigest: null, error: end.failure };
  const { value, digest } = end.output;
  return { status: 'succeeded', output: await trail.record(value), outputDigest: digest, error: null };
}

async function recordAccess(files: CallFiles, path: string, { trail }: Run): Promise<void> {
  const { accesses, refusals } = files.log();
  if (accesses.length === 0 && refusals.length === 0) return;
  const count = (kind: string): number => accesses.filter(([operation]) => operation === kind).length;
  const listDigest = digestOf(accesses.map(([operation, file]) => [operation, file]));
  const body = { reads: count('read'), lists: count('list'), writes: count('write'), listDigest, refusals };
  await trail.append({ type: 'file.access', path, body }, { sync: false });
}

/** What there was before a call is performed once more, and how far that may still begin. */
export interface Once {
  readonly left: LeftBehind;
  /** Whether it is not done again for the death of a host alone. */
  readonly isLast: boolean;
  readonly begin: () => void;
}

/** UTF-16 units of files that one outcome holds; the rest goes to the pack. */
const mostInline = 1024 * 1024;

/** What a call changed, also in attempts without an outcome: it is recorded with the first outcome that there is. */
export type LeftBehind = FileLog['changes'][number][];

export async function changesOf(left: LeftBehind, { trail }: Run): Promise<readonly WorkspaceChange[]> {
  const changes: WorkspaceChange[] = [];
  let inline = 0;
  for (const { path, before, after, bytes } of left.splice(0)) {
    const content = bytes === null ? null : await trail.keep(bytes, inline > mostInline);
    if (content !== null && 'text' in content) inline += content.text.length;
    changes.push({ kind: 'file', path, before, after, content });
  }
  return changes;
}
