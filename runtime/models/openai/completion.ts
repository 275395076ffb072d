import { isJsonArray, isJsonObject, type JsonValue } from '#crds';
import { completeAnswer, contentMeter, describe, onlyChoice, optionalText, tooManyCalls } from './answer.ts';
import type { Answer, WireCall } from './answer.ts';
import type { AnswerBounds } from './bounds.ts';
import type { Failures } from './failure.ts';
import { ThinkingFilter } from './thinking.ts';
import { readUsage } from './usage.ts';

/** Reads an answer that came in one piece. Throws `ModelAnswerBroken` or `ModelAnswerTooLarge`. */
export function readCompletion(body: JsonValue, bounds: AnswerBounds, failures: Failures): Answer {
  const choice = onlyChoice(body, failures);
  if (choice === null) throw failures.broken('one choice', 'none');
  const message = choice['message'];
  if (!isJsonObject(message)) throw failures.broken('a message', describe(message, failures));
  const role = message['role'] ?? 'assistant';
  if (role !== 'assistant') throw failures.broken('a message of the assistant', describe(role, failures));
  const refusal = optionalText(message['refusal'], 'refusal', failures);
  const said = optionalText(message['content'], 'content', failures) + refusal;
  const calls = readCalls(message['tool_calls'], bounds, failures);
  const meter = contentMeter(bounds, failures);
  meter(said.length);
  for (const call of calls) meter(call.arguments.length);
  const thinking = new ThinkingFilter();
  const text = thinking.push(said) + thinking.end();
  const finishReason = optionalText(choice['finish_reason'], 'finish_reason', failures);
  const usage = isJsonObject(body) ? readUsage(body['usage']) : null;
  return completeAnswer({ text, calls, finishReason, refused: refusal !== '', usage }, failures);
}

function readCalls(value: JsonValue | undefined, bounds: AnswerBounds, failures: Failures): readonly WireCall[] {
  if (value === undefined || value === null) return [];
  if (!isJsonArray(value)) throw failures.broken('a list of tool calls', describe(value, failures));
  if (value.length > bounds.toolCalls) throw tooManyCalls(bounds, failures);
  return value.map((entry) => {
    const called = isJsonObject(entry) ? entry['function'] : undefined;
    if (!isJsonObject(called)) throw failures.broken('a tool call with a function', describe(entry, failures));
    return {
      name: optionalText(called['name'], 'the name of a tool call', failures),
      arguments: optionalText(called['arguments'], 'arguments', failures),
    };
  });
}
