import type { Digest, JsonObject } from '#crds';
import type { ErrorBody } from '../journal/record.ts';
import type { IdentifiedToolCall, Message, ToolResult } from '../models/provider.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { CallResult } from './dispatch.ts';

/** What was said so far between a role and its model. Only grows, so that each turn's request begins with the last one. */
export class Conversation {
  readonly #semantics: Semantics;
  readonly #messages: Message[];
  readonly #results: ToolResult[] = [];
  /** Digests of the first messages: those of the last request. */
  digests: readonly Digest[] = [];
  /** Path of the last turn that was answered, null before the first. */
  lastTurn: string | null = null;

  constructor(semantics: Semantics, opening: readonly Message[]) {
    this.#semantics = semantics;
    this.#messages = [...opening];
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Results of this conversation's calls, in call order. */
  get results(): readonly ToolResult[] {
    return this.#results;
  }

  /** Adds a turn in which the model called, and what came of the calls. */
  called(text: string, toolCalls: readonly IdentifiedToolCall[], results: readonly CallResult[]): void {
    const { messages } = this.#semantics;
    this.#messages.push({ role: 'assistant', content: text, toolCalls });
    for (const { id, name, output, failure, instead } of results) {
      const result = failure === null ? messages.result(output) : messages.failure(failure);
      const content = instead === undefined ? result : messages.edited(instead, result);
      this.#messages.push({ role: 'tool', callId: id, content });
      this.#results.push({ name, output, error: failure === null ? null : said(failure) });
    }
  }

  /** Adds an answer that was of no use, and what the model is told about it. */
  refused(text: string, remark: string): void {
    const excerpt = text.slice(0, this.#semantics.defaults.excerpt).toWellFormed();
    if (excerpt.trim() !== '') this.#messages.push({ role: 'assistant', content: excerpt, toolCalls: [] });
    this.#messages.push({ role: 'user', content: remark });
  }

  /** Messages from `count` on; `repeats` is true for what the journal holds already, as a response or an outcome. */
  messagesFrom(count: number): readonly { readonly message: JsonObject; readonly repeats: boolean }[] {
    return this.#messages.slice(count).map((message) => {
      const repeats = message.role === 'tool' || (message.role === 'assistant' && message.toolCalls.length > 0);
      return { message: this.#semantics.messageJson(message), repeats };
    });
  }
}

function said({ reason, message }: ErrorBody): string {
  return `${reason}: ${message}`;
}
