import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '#crds';
import type { Usage } from '../../journal/record.ts';
import { completeAnswer, contentMeter, describe, onlyChoice, optionalText, tooManyCalls } from './answer.ts';
import type { Answer } from './answer.ts';
import type { AnswerBounds } from './bounds.ts';
import type { Failures } from './failure.ts';
import { ThinkingFilter } from './thinking.ts';
import { readUsage } from './usage.ts';

interface OpenCall {
  id: string;
  name: string;
  readonly parts: string[];
}

/**
 * Puts a streamed answer together. The official client's own assembly crashes on gaps between tool calls and passes on
 * role changes and several choices; here each of these breaks the answer.
 */
export class Assembly {
  readonly #bounds: AnswerBounds;
  readonly #failures: Failures;
  readonly #meter: (length: number) => void;
  readonly #text: string[] = [];
  readonly #calls: OpenCall[] = [];
  readonly #thinking = new ThinkingFilter();
  #refused = false;
  #finishReason = '';
  #usage: Usage | null = null;

  constructor(bounds: AnswerBounds, failures: Failures) {
    this.#bounds = bounds;
    this.#failures = failures;
    this.#meter = contentMeter(bounds, failures);
  }

  /** Takes one chunk and returns the text that may be shown after it. Throws `ModelAnswerBroken` or `ModelAnswerTooLarge`. */
  add(chunk: JsonValue): string {
    // A chunk with usage alone has an empty list of choices, some servers give it none at all.
    const bare = isJsonObject(chunk) && isJsonObject(chunk['usage']) && chunk['choices'] === undefined;
    const choice = bare ? null : onlyChoice(chunk, this.#failures);
    if (isJsonObject(chunk)) this.#usage = readUsage(chunk['usage']) ?? this.#usage;
    if (choice === null) return '';
    const shown = this.#delta(choice['delta']);
    const finish = optionalText(choice['finish_reason'], 'finish_reason', this.#failures);
    if (finish === '') return shown;
    this.#finish(finish);
    return shown + this.#keep(this.#thinking.end());
  }

  /** The whole answer, once the stream has reached its end mark. */
  complete(): Answer {
    if (this.#finishReason === '') throw this.#failures.broken('a finish reason', 'the end of the stream');
    const calls = this.#calls.map((call) => ({ name: call.name, arguments: call.parts.join('') }));
    const text = this.#text.join('');
    const parts = { text, calls, finishReason: this.#finishReason, refused: this.#refused, usage: this.#usage };
    return completeAnswer(parts, this.#failures);
  }

  #delta(delta: JsonValue | undefined): string {
    if (delta === undefined || delta === null) return '';
    if (!isJsonObject(delta)) throw this.#failures.broken('a delta that is an object', describe(delta, this.#failures));
    const role = delta['role'] ?? 'assistant';
    if (role !== 'assistant' && role !== '') {
      throw this.#failures.broken('pieces of the assistant', `the role ${describe(role, this.#failures)}`);
    }
    const refusal = optionalText(delta['refusal'], 'refusal', this.#failures);
    const text = optionalText(delta['content'], 'content', this.#failures) + refusal;
    const calls = delta['tool_calls'] ?? [];
    if (!isJsonArray(calls)) throw this.#failures.broken('a list of tool calls', describe(calls, this.#failures));
    if (this.#finishReason !== '' && (text !== '' || calls.length > 0)) {
      throw this.#failures.broken('nothing after the finish reason', 'more of the answer');
    }
    if (refusal !== '') this.#refused = true;
    this.#meter(text.length);
    for (const call of calls) this.#callPiece(call);
    return this.#keep(this.#thinking.push(text));
  }

  #keep(text: string): string {
    if (text !== '') this.#text.push(text);
    return text;
  }

  #callPiece(piece: JsonValue): void {
    const called = isJsonObject(piece) ? (piece['function'] ?? {}) : undefined;
    if (!isJsonObject(piece) || !isJsonObject(called)) {
      throw this.#failures.broken('a tool call that is an object', describe(piece, this.#failures));
    }
    const name = optionalText(called['name'], 'the name of a tool call', this.#failures);
    const id = optionalText(piece['id'], 'the id of a tool call', this.#failures);
    const call = this.#callAt(piece, name);
    // Ids are never passed on; two under one index are two calls run into each other.
    const mixed =
      (id !== '' && call.id !== '' && id !== call.id) || (name !== '' && call.name !== '' && name !== call.name);
    if (mixed)
      throw this.#failures.broken('one tool call under each index', `another call, ${this.#failures.quote(name)}`);
    if (id !== '') call.id = id;
    if (name !== '') call.name = name;
    const part = optionalText(called['arguments'], 'arguments', this.#failures);
    this.#meter(part.length + name.length);
    if (part !== '') call.parts.push(part);
  }

  /** The call that a piece belongs to. Servers that leave indexes out send each call whole, so a name starts one. */
  #callAt(piece: JsonObject, name: string): OpenCall {
    const last = this.#calls.length - 1;
    const index = piece['index'] ?? (name === '' ? Math.max(last, 0) : last + 1);
    const next = this.#calls.length;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) {
      throw this.#failures.broken('indexes of tool calls from 0', describe(index, this.#failures));
    }
    if (index >= this.#bounds.toolCalls) throw tooManyCalls(this.#bounds, this.#failures);
    if (index > next) throw this.#failures.broken(`tool call ${next} next`, `a gap before tool call ${index}`);
    const existing = this.#calls[index];
    if (existing !== undefined) return existing;
    const call: OpenCall = { id: '', name: '', parts: [] };
    this.#calls.push(call);
    return call;
  }

  #finish(reason: string): void {
    if (this.#finishReason !== '' && this.#finishReason !== reason) {
      throw this.#failures.broken('one finish reason', `another, ${this.#failures.quote(reason)}`);
    }
    this.#finishReason = reason;
  }
}
