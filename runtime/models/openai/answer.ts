import { isJsonObject, type JsonValue } from '#crds';
import type { Usage } from '../../journal/record.ts';
import type { Finish, ToolCall } from '../provider.ts';
import { readArguments } from '../tool-arguments.ts';
import { fromWireName } from '../tool-names.ts';
import type { AnswerBounds } from './bounds.ts';
import type { Failures } from './failure.ts';

/** What a server's complete answer says, whichever way it came. Reasoning, ids and log probabilities are dropped. */
export interface Answer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
  readonly usage: Usage | null;
}

export interface WireCall {
  readonly name: string;
  readonly arguments: string;
}

interface Parts {
  readonly text: string;
  readonly calls: readonly WireCall[];
  readonly finishReason: string;
  readonly refused: boolean;
  readonly usage: Usage | null;
}

const longestName = 128;

/** Judges an answer as a whole. Throws `ModelAnswerBroken` or `ModelAnswerTooLarge`. */
export function completeAnswer(parts: Parts, failures: Failures): Answer {
  const { text, calls, usage } = parts;
  if (!text.isWellFormed()) throw failures.broken('text in well-formed Unicode', 'half of a surrogate pair');
  const toolCalls = calls.map(({ name, arguments: given }) => {
    if (name === '' || name.length > longestName || !name.isWellFormed()) {
      throw failures.broken('tool calls with a name', `the name ${failures.quote(name)}`);
    }
    return { name: fromWireName(name), arguments: readArguments(given) };
  });
  return { text, toolCalls, finish: finishOf(parts, failures), usage };
}

function finishOf({ finishReason, calls, refused }: Parts, failures: Failures): Finish {
  switch (finishReason) {
    case 'stop':
      // Several servers say `stop` after tool calls.
      if (calls.length > 0) return 'toolCalls';
      return refused ? 'refusal' : 'stop';
    case 'tool_calls':
      if (calls.length === 0) throw failures.broken('tool calls before finish reason "tool_calls"', 'none');
      return 'toolCalls';
    case 'length':
      return 'length';
    case 'content_filter':
      return 'refusal';
    default:
      throw failures.broken('a finish reason of chat completions', failures.quote(finishReason));
  }
}

/** Counts what is kept of an answer and ends it when that is too much. */
export function contentMeter(bounds: AnswerBounds, failures: Failures): (length: number) => void {
  let total = 0;
  return (length) => {
    total += length;
    if (total > bounds.contentLength) {
      throw failures.tooLarge(`text and arguments of at most ${bounds.contentLength} characters`, 'more');
    }
  };
}

export function tooManyCalls(bounds: AnswerBounds, failures: Failures): Error {
  return failures.tooLarge(`at most ${bounds.toolCalls} tool calls`, 'more');
}

/** The only choice of a completion or chunk. `null` where the list is empty. */
export function onlyChoice(body: JsonValue, failures: Failures): Readonly<Record<string, JsonValue>> | null {
  if (!isJsonObject(body)) throw failures.broken('a JSON object', describe(body, failures));
  const error = body['error'];
  if (error !== undefined && error !== null) {
    throw failures.broken('an answer', `an error in an answer with status 200: ${describeError(error, failures)}`);
  }
  const choices = body['choices'];
  if (!Array.isArray(choices)) throw failures.broken('a list of choices', describe(choices, failures));
  if (choices.length > 1) throw failures.broken('one choice', `${choices.length} choices`);
  const choice: JsonValue | undefined = choices[0];
  if (choice === undefined) return null;
  if (!isJsonObject(choice)) throw failures.broken('a choice that is an object', describe(choice, failures));
  const index = choice['index'] ?? 0;
  if (index !== 0) throw failures.broken('one choice', `a choice with index ${describe(index, failures)}`);
  return choice;
}

/** A field that is text where it is there at all. */
export function optionalText(value: JsonValue | undefined, name: string, failures: Failures): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw failures.broken(`${name} that is text`, describe(value, failures));
  return value;
}

/** One value of hostile JSON in a few words. Never walks it: it may nest deeper than the stack. */
export function describe(value: JsonValue | undefined, failures: Failures): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return failures.quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

function describeError(error: JsonValue, failures: Failures): string {
  return describe(isJsonObject(error) && typeof error['message'] === 'string' ? error['message'] : error, failures);
}
