import { isJsonObject, OrketError, type JsonValue } from '#crds';
import type { Demand, Draft } from '../journal/record.ts';
import { admit, type Admitted } from './admit.ts';
import { demandsOf } from './gate-verdict.ts';
import { valueOf, waitAtGate, type Decided, type Question } from './gate.ts';
import { toolDigestOf } from './judge-call.ts';
import { attemptPath, childPath } from './path.ts';
import type { Callable, CallSite, MakeCall, Run } from './run.ts';

/**
 * Finds out what came of an attempt of which nobody knows whether it happened: asks its probe where it has one, else
 * people. Gives the outcome, or null where it is to be attempted again. Throws `Aborted`.
 */
export async function resolveUnknown(
  callable: Callable,
  input: Admitted,
  site: CallSite,
  path: string,
  call: MakeCall,
): Promise<Draft<'call.outcome'> | null> {
  const found = callable.probe === undefined ? null : await askProbe(callable.probe, input, site, path, call);
  if (found === null) return askPeople(callable, input, site, path);
  if (!found.happened) return null;
  return outcomeOf({ output: found.output }, { probe: found.seq }, path, site);
}

interface Found {
  readonly happened: boolean;
  readonly output: JsonValue;
  readonly seq: number;
}

/** What the probe says, null where it says nothing of use. */
async function askProbe(
  probe: string,
  { value }: Admitted,
  site: CallSite,
  path: string,
  call: MakeCall,
): Promise<Found | null> {
  const { run } = site;
  const question = { key: run.semantics.idempotencyKey(run.uid, path), input: value };
  const at = probeAt(probe, question, path, run);
  try {
    const { begin: _begin, after: _after, ...from } = site;
    const said = await call(probe, question, { ...from, path: at, offered: null });
    const outcome = run.trail.recall('call.outcome', `${at}~${run.trail.lastAttempt(at)}`);
    if (outcome === undefined || !isJsonObject(said) || typeof said['happened'] !== 'boolean') return null;
    return { happened: said['happened'], output: said['output'] ?? null, seq: outcome.seq };
  } catch (error) {
    if (error instanceof OrketError && probeFailed.has(error.reason)) return null;
    throw error;
  }
}

/** The probe is asked after what the tool itself called, which keeps its numbers. */
function probeAt(probe: string, question: JsonValue, path: string, { trail, mask }: Run): string {
  const { digest } = admit(question, mask);
  for (let number = 1; ; number += 1) {
    const at = childPath(path, `k${number}`);
    const first = attemptPath(at, 1);
    const asked = (trail.recall('call.intent', first) ?? trail.recall('call.denied', first))?.body;
    // What the tool called may have been judged, or wait at a gate, without an intent.
    const isJudged =
      trail.recall('policy.decided', first) !== undefined ||
      trail.recall('gate.opened', childPath(first, 'g1')) !== undefined;
    if (asked === undefined ? !isJudged : asked.name === probe && asked.inputDigest === digest) return at;
  }
}

/** Then people are asked. */
const probeFailed: ReadonlySet<string> = new Set([
  'ToolFailed',
  'ToolHostFailed',
  'CallDenied',
  'InputRefused',
  'OutputRefused',
  'UnknownCallable',
  'TimeLimitReached',
  'DepthExceeded',
  'BudgetExceeded',
]);

async function askPeople(
  callable: Callable,
  input: Admitted,
  site: CallSite,
  path: string,
): Promise<Draft<'call.outcome'> | null> {
  const { run } = site;
  const { messages } = run.semantics;
  const { at, approvers } = gateAt(path, run);
  const question: Question = {
    kind: 'unknown',
    name: callable.name,
    risk: callable.risk,
    input,
    toolDigest: toolDigestOf(callable),
    files: [],
    rules: [],
    message: messages.outcomeUnknown(callable.name),
    approvers,
    expiry: { seconds: null, onExpiry: 'deny' },
    voids: null,
  };
  // People are asked also where the time of what is above is up: an effect without an outcome is left by nobody.
  const { decided } = await waitAtGate(question, at, run, site.workspace, run.signal);
  switch (decided.body.verdict) {
    case 'retry':
      return null;
    case 'supplied':
      return supplied(decided, path, site);
    default:
      throw new OrketError('Aborted', messages.aborted(decided.body.note));
  }
}

/**
 * Gates that were there before the effect began keep their numbers. Who says what came of a call is whoever had to approve
 * it, at the last gate of a Policy; anybody where none asked: no rule asks of an attempt that began without a gate.
 */
function gateAt(path: string, { trail }: Run): { readonly at: string; readonly approvers: readonly Demand[] } {
  let approvers = demandsOf([]);
  for (let number = 1; ; number += 1) {
    const at = childPath(path, `g${number}`);
    const gate = trail.recall('gate.opened', at)?.body;
    if (gate === undefined || gate.kind === 'unknown') return { at, approvers };
    if (gate.kind === 'policy') approvers = gate.approvers;
  }
}

async function supplied(decided: Decided, path: string, site: CallSite): Promise<Draft<'call.outcome'>> {
  const { value } = await valueOf(decided, site.run);
  const from = { gate: decided.body.gate };
  if (isJsonObject(value) && isJsonObject(value['error'])) {
    const { reason, message } = value['error'];
    const error = {
      reason: typeof reason === 'string' ? reason : 'ToolFailed',
      message: typeof message === 'string' ? message : '',
    };
    return { type: 'call.outcome', path, body: { ...failed, error, from } };
  }
  const output = isJsonObject(value) && value['output'] !== undefined ? value['output'] : value;
  return outcomeOf({ output }, from, path, site);
}

const failed = { status: 'failed', output: null, outputDigest: null, changes: [] } as const;

async function outcomeOf(
  { output }: { readonly output: JsonValue },
  from: { readonly gate: number } | { readonly probe: number },
  path: string,
  { run }: CallSite,
): Promise<Draft<'call.outcome'>> {
  const given = admit(output, run.mask);
  const body = {
    status: 'succeeded',
    output: await run.trail.record(given.value),
    outputDigest: given.digest,
    error: null,
    changes: [],
    from,
  } as const;
  return { type: 'call.outcome', path, body };
}
