import { isJsonObject, OrketError, type Digest, type JsonValue } from '#crds';
import type { CallFiles } from '../workspace/workspace.ts';
import { admit } from './admit.ts';
import { approval } from './approval.ts';
import { budgetFor } from './reserve.ts';
import { keepGiven } from './kept-artifact.ts';
import { maskedFiles } from './masked-files.ts';
import { recordedValue } from './recorded-value.ts';
import { childPath } from './path.ts';
import { findCallables } from './registry.ts';
import { expectSameCall } from './same-call.ts';
import type { AgentContext, Callable, CallOptions, CallSite, CallState, MakeCall, Run } from './run.ts';

/** What a callable gets to work with: `site` is its own, under its deadline. */
export function contextFor(
  callable: Callable,
  site: CallSite,
  path: string,
  files: CallFiles,
  call: MakeCall,
  begin: () => void,
): AgentContext {
  const { run, step, depth, signal, workspace } = site;
  const role = callable.kind === 'role' ? callable.name : null;
  const budget = budgetFor(site, callable, path);
  const below = (segment: string, offered: ReadonlySet<string> | null, options: CallOptions = {}): CallSite => {
    const { timeoutMs = null, limits = null } = options;
    const at = childPath(path, segment);
    return { run, path: at, step, depth: depth + 1, role, offered, workspace, budget, limits, timeoutMs, signal };
  };
  const key = run.semantics.idempotencyKey(run.uid, path);
  let [calls, values, draws, uuids, artifacts, artifactBytes, questions] = [0, 0, 0, 0, 0, 0, 0];
  const callOther: AgentContext['call'] = async (name, input, options) => {
    calls += 1;
    const child = below(`k${calls}`, null, options);
    expectSameCall(name, input, child);
    try {
      return await call(name, input, child);
    } finally {
      // What a tool does by itself is asked for nowhere.
      if (callable.kind === 'tool') await run.trail.settle();
    }
  };
  return {
    run,
    path,
    signal,
    files: maskedFiles(files, run.mask),
    key,
    begin,
    site: below,
    call: callOther,
    find: (wanted) => findCallables(run, wanted),
    budget,
    approve: (message, about) => {
      questions += 1;
      return approval(callable, message, about, site, path, questions);
    },
    log: (text) => run.onLog(path, text),
    progress: (fraction, text) => run.onProgress(path, fraction, text),
    now: () => {
      values += 1;
      return recordedNow(run, childPath(path, `v${values}`));
    },
    random: () => {
      draws += 1;
      return run.semantics.random(run.seed, path, draws);
    },
    uuid: () => {
      uuids += 1;
      return run.semantics.uuid(run.seed, path, uuids);
    },
    state: {
      get: (name) => {
        values += 1;
        return recordedState(run, childPath(path, `v${values}`), name);
      },
      put:
        callable.isBuiltin === true
          ? putsOf(run, key)
          : async (name, value, version) => putBy(callOther, name, value, version),
    },
    artifact: (name, mediaType, content) => {
      artifacts += 1;
      artifactBytes += content.length;
      const inAll = { artifacts, bytes: artifactBytes };
      return keepGiven(run, childPath(path, `a${artifacts}`), { name, mediaType, content }, inAll);
    },
  };
}

async function recordedNow(run: Run, path: string): Promise<number> {
  const value = await recordedValue(run, path, 'now', async () => run.clock());
  return typeof value === 'number' ? value : 0;
}

async function recordedState(run: Run, path: string, key: string): ReturnType<CallState['get']> {
  // A key is kept and recorded, as a value is.
  const name = run.mask.text(key);
  const seen = await recordedValue(run, path, `state ${name}`, async () => ({ ...(await run.state.get(name)) }));
  return seen as { readonly value: JsonValue; readonly version: number } & JsonValue;
}

/** Puts that are what a call does, by the key of that call. */
function putsOf(run: Run, key: Digest): CallState['put'] {
  let puts = 0;
  return (name, value, version) => {
    puts += 1;
    return run.state.put(run.mask.text(name), admit(value, run.mask).value, version, `${key}/${puts}`);
  };
}

/** A put of what is not built in is a call of what is: judged, bounded, recorded and answered as every call. */
async function putBy(
  call: AgentContext['call'],
  ...[key, value, version]: Parameters<CallState['put']>
): Promise<number> {
  const output = await call('state.put', { key, value, version });
  const put = isJsonObject(output) ? output['version'] : null;
  if (typeof put !== 'number') throw new OrketError('Internal', 'state.put gave no version');
  return put;
}
