import { digestOf, type Digest, type JsonObject } from '#crds';
import type { RequestParts } from '../../journal/prompts.ts';
import type { ToolDigest } from '../../journal/record.ts';
import type { Message, ModelRequest } from '../../models/provider.ts';

export interface RequestDigests {
  readonly request: Digest;
  /** One for each message, in order. */
  readonly messages: readonly Digest[];
  readonly tools: readonly ToolDigest[];
  readonly outputSchema: Digest | null;
}

/**
 * What a request is known by, before any provider translates it: the model as the role names it, messages, tools sorted
 * by name, parameters and output schema. Messages, tools and schema take part by their digests, so that a record that
 * names them proves the whole, and a long conversation is not hashed again each turn.
 */
export function requestDigests(request: ModelRequest, known: readonly Digest[]): RequestDigests {
  const messages = request.messages.map((message, index) => known[index] ?? digestOf(messageJson(message)));
  const tools = request.tools.map((tool) => ({ name: tool.name, digest: digestOf({ ...tool }) }));
  const outputSchema = request.outputSchema === null ? null : digestOf(request.outputSchema);
  const params: JsonObject = { ...request.params };
  return {
    request: requestDigest({ model: request.model, messages, tools, params, outputSchema }),
    messages,
    tools,
    outputSchema,
  };
}

/** What a request is known by, from the digests of its parts. */
export function requestDigest({ model, messages, tools, params, outputSchema }: RequestParts): Digest {
  return digestOf({
    model,
    messages,
    tools: tools.map(({ name, digest }) => ({ name, digest })),
    params,
    outputSchema,
  });
}

/** A message as plain JSON. */
export function messageJson(message: Message): JsonObject {
  if (message.role !== 'assistant') return { ...message };
  const toolCalls = message.toolCalls.map(({ id, name, arguments: given }) => ({ id, name, arguments: { ...given } }));
  return { ...message, toolCalls };
}
