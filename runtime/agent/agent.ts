import { OrketError, type BundleRole, type JsonValue } from '#crds';
import { stablePath } from '../call/path.ts';
import type { AgentContext, Callable, Run } from '../call/run.ts';
import { errorOf } from '../call/failure.ts';
import type { ModelRequest, ToolDefinition } from '../models/provider.ts';
import type { Semantics } from '../semantics/semantics.ts';
import { Conversation } from './conversation.ts';
import { dispatch } from './dispatch.ts';
import { readMove } from './move.ts';
import { takeTurn, type Turn } from './turn.ts';

/** A role as something to call: an agent that works on one assignment until it has an answer. */
export function roleCallable(role: BundleRole, semantics: Semantics): Callable {
  return {
    name: role.name,
    kind: 'role',
    description: role.description ?? '',
    inputSchema: semantics.assignmentSchema(role),
    outputSchema: role.outputSchema ?? semantics.reportSchema,
    // What a role does it does by calls, and each of them is judged by itself.
    risk: 'read',
    calls: [...(role.tools ?? []), ...(role.callable ?? [])],
    recovery: 'reenter',
    reentrant: true,
    ...(role.tags === undefined ? {} : { tags: role.tags }),
    ...(role.retry === undefined ? {} : { retry: role.retry }),
    ...(role.limits === undefined ? {} : { limits: role.limits }),
    timeoutMs: role.timeoutSeconds === undefined ? null : role.timeoutSeconds * 1000,
    perform: (input, context) => work(context.run.conductor.roleAt(role, context.path), input, context),
  };
}

/**
 * Works on an assignment: a turn of the model, its calls, the next turn, until the model gives an answer that can be
 * used. Answers that cannot are pointed out to it, and fail the call when there are too many in a row.
 */
async function work(role: BundleRole, input: JsonValue, context: AgentContext): Promise<JsonValue> {
  const { run } = context;
  const { semantics } = run;
  const { turns, repairs } = semantics.defaults;
  const assignment = semantics.readAssignment(input);
  const conversation = new Conversation(semantics, semantics.openingMessages(role, assignment));
  const offered = new Set([...(role.tools ?? []), ...(role.callable ?? [])]);
  let faults = 0;
  const fault = (error: OrketError): void => {
    faults += 1;
    if (faults > repairs) throw error;
  };

  for (let number = 1; number <= turns; number += 1) {
    const request = requestOf(role, conversation, offered, run);
    const about = { role: role.name, ...assignment, turn: number, results: conversation.results };
    const turn = await takeTurn({ role, request, about }, conversation, context);
    const move = await readMove(turn.answer, role, run);
    switch (move.kind) {
      case 'value':
        return move.value;
      case 'text':
        return { summary: move.text, artifacts: writtenBy(context) };
      case 'calls': {
        const lastFailure = await makeCalls(turn, conversation, offered, context);
        if (lastFailure === null) faults = 0;
        else fault(lastFailure);
        break;
      }
      case 'fault':
        conversation.refused(turn.answer.text, move.remark);
        fault(new OrketError(move.reason, `the model gave no answer that can be used: ${move.remark}`));
    }
  }
  throw new OrketError('TurnsExhausted', 'the model came to no end', {
    at: `${stablePath(context.path)}, role ${role.name}`,
    expected: `an answer within ${turns} turns`,
    found: 'calls in every one',
    remedy: 'Say in its prompt when the role is done, or give it less to do at once.',
  });
}

/** Makes a turn's calls. Gives an error where not one of them was even a call: an unknown name, or broken arguments. */
async function makeCalls(
  { path, answer }: Turn,
  conversation: Conversation,
  offered: ReadonlySet<string>,
  context: AgentContext,
): Promise<OrketError | null> {
  const { callId } = context.run.semantics;
  const calls = answer.toolCalls.map((one, index) => ({ ...one, id: callId(`${path}/c${index + 1}`) }));
  const results = await dispatch(calls, path.slice(context.path.length + 1), offered, context);
  conversation.called(answer.text, calls, results);
  const failures = results.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  const useless = failures.filter(({ reason }) => reason === 'UnknownCallable' || reason === 'InputRefused');
  const last = useless.at(-1);
  return last !== undefined && useless.length === results.length ? errorOf(last) : null;
}

function requestOf(
  role: BundleRole,
  { messages }: Conversation,
  offered: ReadonlySet<string>,
  { registry, bundle, semantics }: Run,
): ModelRequest {
  return {
    model: role.model ?? '',
    messages: [...messages],
    tools: [...offered].toSorted().flatMap((name) => definitionOf(registry.get(name))),
    params: { ...bundle.venue.params, ...role.params },
    outputSchema: semantics.answersInText(role.outputSchema) ? null : (role.outputSchema ?? null),
  };
}

function definitionOf(callable: Callable | undefined): readonly ToolDefinition[] {
  if (callable === undefined) return [];
  const { name, description, inputSchema } = callable;
  return [{ name, description, inputSchema }];
}

/** The files that calls below this one have written and not removed again, sorted. */
function writtenBy({ run, path }: AgentContext): readonly string[] {
  const files = new Map<string, boolean>();
  for (const change of run.trail.changesAt(path)) files.set(change.path, change.after !== null);
  return [...files].flatMap(([file, present]) => (present ? [`workspace:${file}`] : [])).toSorted();
}
