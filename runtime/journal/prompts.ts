import type { Digest, JsonObject } from '#crds';
import type { FalseClaim } from './claims.ts';
import type { JournalRecord, ToolDigest } from './record.ts';

/** A request by its digests, all of it: what its own digest is made of, as the semantics of the Session say. */
export interface RequestParts {
  readonly model: string;
  readonly messages: readonly Digest[];
  readonly tools: readonly ToolDigest[];
  readonly params: JsonObject;
  readonly outputSchema: Digest | null;
}

export type RequestDigest = (parts: RequestParts) => Digest;

interface Prompt {
  readonly prefix: { readonly seq: number; readonly count: number } | null;
  readonly own: readonly Digest[];
  readonly tools: readonly ToolDigest[];
  /** Of all messages. */
  readonly count: number;
}

/** What models were asked: each request's messages, put together from those before it. */
export class Prompts {
  readonly #prompts = new Map<number, Prompt>();

  /** What is wrong with a request, null for nothing; it can be the beginning of later ones. */
  flawOf({ seq, body }: JournalRecord<'model.request'>, requestDigest: RequestDigest): FalseClaim | null {
    const { prefix, model, params, outputSchemaDigest } = body;
    const before = prefix === null ? undefined : this.#prompts.get(prefix.seq);
    if (prefix !== null && prefix.count > (before?.count ?? -1)) {
      const expected = `an earlier request with ${prefix.count} messages at ${prefix.seq}`;
      return { field: 'body.prefix', expected, found: before === undefined ? 'none' : 'fewer' };
    }
    const tools = body.tools ?? before?.tools;
    if (tools === undefined) return { field: 'body.tools', expected: 'the tools of a first request', found: 'null' };
    const own = body.messages.map(({ digest }) => digest);
    const prompt: Prompt = { prefix, own, tools, count: (prefix?.count ?? 0) + own.length };
    const expected = requestDigest({
      model,
      messages: this.#messagesOf(prompt),
      tools,
      params,
      outputSchema: outputSchemaDigest,
    });
    if (body.requestDigest !== expected) return { field: 'body.requestDigest', expected, found: body.requestDigest };
    this.#prompts.set(seq, prompt);
    return null;
  }

  /** From the end to the beginning, request by request: a chain may be as long as a conversation. */
  #messagesOf(prompt: Prompt): readonly Digest[] {
    const pieces: (readonly Digest[])[] = [];
    let [current, wanted]: [Prompt | undefined, number] = [prompt, prompt.count];
    while (current !== undefined) {
      const before = current.prefix?.count ?? 0;
      if (wanted > before) pieces.push(current.own.slice(0, wanted - before));
      wanted = Math.min(wanted, before);
      current = current.prefix === null ? undefined : this.#prompts.get(current.prefix.seq);
    }
    return pieces.toReversed().flat();
  }
}
