import { OrketError, type JsonValue } from '#crds';
import { admit } from '../call/admit.ts';
import { call } from '../call/call.ts';
import type { AgentContext } from '../call/run.ts';
import { denial } from '../call/denial.ts';
import { editedInput } from '../call/edited.ts';
import { endsAttempt, endsSession, failureOf } from '../call/failure.ts';
import { attemptPath } from '../call/path.ts';
import { mayWrite, reachOf } from '../call/risk.ts';
import type { ErrorBody } from '../journal/record.ts';
import type { IdentifiedToolCall } from '../models/provider.ts';

/** What came of one call of a turn: `output` is null where there is a failure. */
export interface CallResult {
  readonly id: string;
  readonly name: string;
  readonly output: JsonValue;
  readonly failure: ErrorBody | null;
  /** The input that people had it made with instead. */
  readonly instead?: JsonValue;
}

/**
 * Makes the calls of one turn and gives their results in call order. Calls that only read run side by side; one that may
 * write waits for all before it, and all after it wait: the files look to every call as if there had been no other
 * order. `turn` is the turn's segment with its attempt, `t2~1`.
 */
export async function dispatch(
  calls: readonly IdentifiedToolCall[],
  turn: string,
  offered: ReadonlySet<string>,
  context: AgentContext,
): Promise<readonly CallResult[]> {
  const results: CallResult[] = [];
  for (const group of together(calls, context)) {
    const first = results.length + 1;
    const made = group.map((one, index) => makeCall(one, `${turn}/c${first + index}`, offered, context));
    results.push(...(await allOf(made)));
  }
  return results;
}

/** Runs of calls that only read, and single calls that may write. */
function together(
  calls: readonly IdentifiedToolCall[],
  { run }: AgentContext,
): readonly (readonly IdentifiedToolCall[])[] {
  const groups: IdentifiedToolCall[][] = [];
  let reading: IdentifiedToolCall[] | null = null;
  for (const one of calls) {
    const writes = mayWrite(reachOf(one.name, run.registry));
    if (reading === null || writes) {
      const group = [one];
      groups.push(group);
      reading = writes ? null : group;
    } else {
      reading.push(one);
    }
  }
  return groups;
}

async function makeCall(
  { id, name, arguments: given }: IdentifiedToolCall,
  segment: string,
  offered: ReadonlySet<string>,
  context: AgentContext,
): Promise<CallResult> {
  const { run } = context;
  const site = context.site(segment, offered);
  try {
    if ('unparsed' in given) {
      const error = new OrketError('InputRefused', run.semantics.messages.argumentsNotJson(given.unparsed));
      throw await denial(error, name, admit(given.unparsed, run.mask), run, attemptPath(site.path, 1));
    }
    const output = await call(name, given.parsed, site);
    const instead = await editedInput(site.path, run);
    return { id, name, output, failure: null, ...(instead === undefined ? {} : { instead }) };
  } catch (error) {
    // A Session that is being ended has nothing more to say to its models.
    if (endsAttempt(error) || endsSession(error)) throw error;
    return { id, name, output: null, failure: failureOf(error, run.mask) };
  }
}

/** Waits for all of them, so that nothing goes on behind a failure; what ends the attempt comes before what does not. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const ends = await Promise.allSettled(work);
  const errors: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) throw errors.find(endsAttempt) ?? errors[0];
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}
