import { digestOf, type JsonValue } from '#crds';
import type { Draft, ErrorBody, WorkspaceChange } from '../journal/record.ts';
import type { CallFiles } from '../workspace/workspace.ts';
import { admit } from './admit.ts';
import type { Callable } from './callable.ts';
import type { AgentContext } from './context.ts';
import { failureOf, toolError } from './failure.ts';
import { startDeadline, timeoutOf } from './limits.ts';
import { childPath } from './path.ts';
import type { CallSite } from './run.ts';
import { settle } from './settle.ts';

/** How another call is made from within one: passed in, so that the harness alone knows the whole way. */
export type MakeCall = (name: string, input: JsonValue, site: CallSite) => Promise<JsonValue>;

/**
 * Performs a call once and says what came of it: its output, masked and canonical, or its failure, and what it changed
 * in the Workspace. Throws only what ends the attempt of the Session.
 */
export async function perform(
  callable: Callable,
  input: JsonValue,
  site: CallSite,
  path: string,
  call: MakeCall,
): Promise<Draft<'call.outcome'>> {
  const { run } = site;
  const allowedMs = timeoutOf(callable, site);
  const usedMs = run.trail.activeMsSince('call.intent', path);
  const deadline = startDeadline(
    run,
    site.signal,
    allowedMs === null ? null : { name: 'timeoutSeconds', allowedMs, usedMs },
  );
  const files = run.workspace.forCall(deadline.signal);
  try {
    const end = await endOf(callable, input, contextOf(callable, site, path, files, deadline.signal, call));
    await recordAccess(files, site, path);
    const changes = await changesOf(files, site);
    if ('failure' in end)
      return outcome(path, { status: 'failed', output: null, outputDigest: null, error: end.failure, changes });
    const output = await run.trail.record(end.output);
    return outcome(path, { status: 'succeeded', output, outputDigest: digestOf(end.output), error: null, changes });
  } finally {
    deadline.release();
  }

  async function endOf(
    { kind, perform: work }: Callable,
    value: JsonValue,
    context: AgentContext,
  ): Promise<{ readonly output: JsonValue } | { readonly failure: ErrorBody }> {
    try {
      // A role ends by itself once everything below it has been stopped; its own steps are never torn apart.
      const raw = await (kind === 'role' ? work(value, context) : settle(work(value, context), run, context.signal));
      return { output: admit(raw, run.mask).value };
    } catch (error) {
      return { failure: failureOf(kind === 'tool' ? toolError(error) : error, run.mask) };
    }
  }
}

function outcome(path: string, body: Draft<'call.outcome'>['body']): Draft<'call.outcome'> {
  return { type: 'call.outcome', path, body };
}

function contextOf(
  callable: Callable,
  { run, step, depth }: CallSite,
  path: string,
  files: CallFiles,
  signal: AbortSignal,
  call: MakeCall,
): AgentContext {
  const role = callable.kind === 'role' ? callable.name : null;
  const site = (segment: string, offered: ReadonlySet<string>): CallSite => {
    return { run, path: childPath(path, segment), step, depth: depth + 1, role, offered, timeoutMs: null, signal };
  };
  let calls = 0;
  return {
    run,
    path,
    signal,
    files,
    site,
    call: (name, input) => {
      calls += 1;
      return call(name, input, { ...site(`k${calls}`, new Set()), offered: null });
    },
  };
}

async function recordAccess(files: CallFiles, { run }: CallSite, path: string): Promise<void> {
  const { accesses, refusals } = files.log();
  if (accesses.length === 0 && refusals.length === 0) return;
  const count = (kind: string): number => accesses.filter(([operation]) => operation === kind).length;
  const listDigest = digestOf(accesses.map(([operation, file]) => [operation, file]));
  const body = { reads: count('read'), lists: count('list'), writes: count('write'), listDigest, refusals };
  await run.trail.append({ type: 'file.access', path, body }, { sync: false });
}

async function changesOf(files: CallFiles, { run }: CallSite): Promise<readonly WorkspaceChange[]> {
  const changes: WorkspaceChange[] = [];
  for (const { path, before, after, bytes } of files.log().changes) {
    changes.push({ path, before, after, content: bytes === null ? null : await run.trail.keep(bytes) });
  }
  return changes;
}
