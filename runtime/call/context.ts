import { digestOfBytes, OrketError, type Digest, type JsonValue } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { CallFiles } from '../workspace/workspace.ts';
import { admit } from './admit.ts';
import { childPath } from './path.ts';
import { findCallables } from './registry.ts';
import type { AgentContext, Callable, CallOptions, CallSite, CallState, MakeCall, Run } from './run.ts';

/** What a callable gets to work with: `site` is its own, under its deadline. */
export function contextFor(
  callable: Callable,
  site: CallSite,
  path: string,
  files: CallFiles,
  call: MakeCall,
): AgentContext {
  const { run, step, depth, signal, workspace, budget } = site;
  const role = callable.kind === 'role' ? callable.name : null;
  const below = (segment: string, offered: ReadonlySet<string> | null, { timeoutMs }: CallOptions = {}): CallSite => {
    const at = childPath(path, segment);
    return {
      run,
      path: at,
      step,
      depth: depth + 1,
      role,
      offered,
      workspace,
      budget,
      timeoutMs: timeoutMs ?? null,
      signal,
    };
  };
  const key = run.semantics.idempotencyKey(run.uid, path);
  let [calls, values, draws, uuids, artifacts] = [0, 0, 0, 0, 0];
  return {
    run,
    path,
    signal,
    files,
    key,
    site: below,
    call: (name, input, options) => {
      calls += 1;
      return call(name, input, below(`k${calls}`, null, options));
    },
    find: (wanted) => findCallables(run.registry, wanted),
    approve: async () => {
      throw new OrketError('NeedsApproval', 'nobody can be asked here');
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
    state: stateFor(run, key, () => {
      values += 1;
      return childPath(path, `v${values}`);
    }),
    artifact: (name, mediaType, content) => {
      artifacts += 1;
      return keepBytes(run, childPath(path, `a${artifacts}`), { name, mediaType, content });
    },
  };
}

async function recordedNow(run: Run, path: string): Promise<number> {
  const value = await recordedValue(run, path, 'now', async () => run.clock());
  return typeof value === 'number' ? value : 0;
}

/** An input of the core that is seen once: made by `make`, and taken from the journal afterwards. */
export async function recordedValue(
  run: Run,
  path: string,
  name: string,
  make: () => Promise<JsonValue>,
): Promise<JsonValue> {
  const recorded = run.trail.recall('value.recorded', path);
  if (recorded !== undefined) return run.trail.read(recorded.body.value, recorded.body.valueDigest);
  const { value, digest } = admit(await make(), run.mask);
  const draft = async (): Promise<Draft<'value.recorded'>> => {
    return { type: 'value.recorded', path, body: { name, value: await run.trail.record(value), valueDigest: digest } };
  };
  const { body } = await run.trail.once({ type: 'value.recorded', path, make: draft });
  return run.trail.read(body.value, body.valueDigest);
}

function stateFor(run: Run, key: Digest, nextPath: () => string): CallState {
  let puts = 0;
  return {
    get: async (key) => {
      // A key is kept and recorded, as a value is.
      const name = run.mask.text(key);
      const seen = await recordedValue(run, nextPath(), `state ${name}`, async () => ({
        ...(await run.state.get(name)),
      }));
      return seen as { readonly value: JsonValue; readonly version: number } & JsonValue;
    },
    put: (name, value, version) => {
      puts += 1;
      return run.state.put(run.mask.text(name), admit(value, run.mask).value, version, `${key}/${puts}`);
    },
  };
}

async function keepBytes(
  run: Run,
  path: string,
  { name, mediaType, content }: { readonly name: string; readonly mediaType: string; readonly content: Uint8Array },
): Promise<Digest> {
  const make = async (): Promise<Draft<'artifact.written'>> => {
    const body = {
      name,
      mediaType,
      digest: digestOfBytes(content),
      bytes: content.length,
      content: await run.trail.keep(content),
      origin: 'call',
    };
    return { type: 'artifact.written', path, body };
  };
  return (await run.trail.once({ type: 'artifact.written', path, make })).body.digest;
}
