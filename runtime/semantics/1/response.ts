import { isJsonArray, isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';
import type { Finish, ModelResponse, ToolCall } from '../../models/provider.ts';

/** What of a model's answer belongs to the Session: its text, calls and end, and nothing a server or a network made of it. */
export type RecordedAnswer = Pick<ModelResponse, 'text' | 'toolCalls' | 'finish'>;

const finishes: ReadonlySet<string> = new Set<Finish>(['stop', 'toolCalls', 'length', 'refusal']);

/** An answer as records hold it; its digest is the `responseDigest`. */
export function responseJson({ text, toolCalls, finish }: RecordedAnswer): JsonObject {
  return {
    text,
    toolCalls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: { ...given } })),
    finish,
  };
}

/** Reads a recorded answer. Throws `JournalCorrupt` for what is none. */
export function readResponse(value: JsonValue): RecordedAnswer {
  if (isJsonObject(value)) {
    const { text, toolCalls, finish } = value;
    if (typeof text === 'string' && isJsonArray(toolCalls) && isFinish(finish)) {
      return { text, toolCalls: toolCalls.map(readToolCall), finish };
    }
  }
  throw noAnswer();
}

function readToolCall(value: JsonValue): ToolCall {
  if (isJsonObject(value)) {
    const { name, arguments: given } = value;
    if (typeof name === 'string' && isJsonObject(given)) {
      if (given['parsed'] !== undefined) return { name, arguments: { parsed: given['parsed'] } };
      if (typeof given['unparsed'] === 'string') return { name, arguments: { unparsed: given['unparsed'] } };
    }
  }
  throw noAnswer();
}

function isFinish(value: JsonValue | undefined): value is Finish {
  return typeof value === 'string' && finishes.has(value);
}

function noAnswer(): OrketError {
  return new OrketError('JournalCorrupt', 'a recorded response is no answer of a model');
}
