import { canonicalJson, isJsonObject, OrketError, parseJson, type JsonValue } from '#crds';
import type { Finish, ModelRequest, ToolCall } from '../provider.ts';

export interface LocalAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
}

/**
 * What the generated text says. Without tools it is the answer itself. With tools it is the object the grammar allows; a
 * text cut off by the limit on tokens is no object and comes back as it is, with finish `length`.
 */
export function readLocalAnswer(request: ModelRequest, generated: string, stopReason: string): LocalAnswer {
  const text = generated.toWellFormed();
  if (stopReason === 'maxTokens') return { text, toolCalls: [], finish: 'length' };
  if (request.tools.length === 0) return { text, toolCalls: [], finish: 'stop' };
  const value = parseGenerated(text);
  const name = isJsonObject(value) ? value['tool'] : undefined;
  if (isJsonObject(value) && typeof name === 'string') {
    const parsed = value['arguments'] ?? {};
    return { text: '', toolCalls: [{ name, arguments: { parsed } }], finish: 'toolCalls' };
  }
  const answer = isJsonObject(value) ? (value['answer'] ?? '') : text;
  return { text: typeof answer === 'string' ? answer : canonicalJson(answer), toolCalls: [], finish: 'stop' };
}

/** A grammar bounds form, not sense: a huge number or a repeated key is written all the same. */
function parseGenerated(text: string): JsonValue {
  try {
    return parseJson(text, { depth: 64 });
  } catch (error) {
    const detail = { at: 'the local model', expected: 'one JSON object', found: JSON.stringify(text.slice(0, 200)) };
    throw new OrketError('ModelAnswerBroken', 'the local model wrote what cannot be read', detail, error);
  }
}
