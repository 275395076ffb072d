import type { ChatCompletionCreateParams, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources';
import type { JsonObject } from '#crds';
import type { Message, ModelRequest, ToolDefinition } from '../provider.ts';
import { writeArguments } from '../tool-arguments.ts';
import { toWireName } from '../tool-names.ts';
import type { Dialect } from './dialect.ts';

/** Our request as a body of chat completions. Pure: equal requests give equal bodies. */
export function toBody(
  request: ModelRequest,
  backendModel: string,
  stream: boolean,
  dialect: Dialect,
): ChatCompletionCreateParams {
  const { temperature, seed, maxTokens } = request.params;
  return {
    model: request.model === '' ? backendModel : request.model,
    messages: toMessages(request.messages),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toTool) }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...(maxTokens === undefined ? {} : { [dialect.maxTokensField]: maxTokens }),
    ...responseFormat(request, dialect),
    ...(stream ? { stream } : {}),
    ...(stream && dialect.streamOptions ? { stream_options: { include_usage: true } } : {}),
  };
}

/**
 * Only without tools: several servers turn a response format into a grammar for all they generate, and then no tool can
 * be called. Not strict, because OpenAI's strict mode refuses most schemas people write; the harness validates anyway.
 */
function responseFormat({ outputSchema, tools }: ModelRequest, dialect: Dialect): Partial<ChatCompletionCreateParams> {
  if (outputSchema === null || tools.length > 0 || !dialect.responseFormat) return {};
  const schema: Record<string, unknown> = { ...outputSchema };
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: false } } };
}

function toTool({ name, description, inputSchema }: ToolDefinition): ChatCompletionTool {
  return { type: 'function', function: { name: toWireName(name), description, parameters: toParameters(inputSchema) } };
}

/** A schema without a type is legal and refused by most servers. */
function toParameters(schema: JsonObject): Record<string, unknown> {
  return 'type' in schema ? { ...schema } : { type: 'object', ...schema };
}

/**
 * Call ids go out as `call00001` and so on, by order in the conversation: nine letters and digits are what the strictest
 * server takes, and a path does not fit. What a server calls them itself is never read.
 */
function toMessages(messages: readonly Message[]): ChatCompletionMessageParam[] {
  const wireIds = new Map<string, string>();
  function wireId(id: string): string {
    const known = wireIds.get(id);
    if (known !== undefined) return known;
    const made = `call${String(wireIds.size + 1).padStart(5, '0')}`;
    wireIds.set(id, made);
    return made;
  }
  return messages.map((message) => {
    switch (message.role) {
      case 'system':
      case 'user':
        return { role: message.role, content: message.content };
      case 'tool':
        return { role: 'tool', tool_call_id: wireId(message.callId), content: message.content };
      case 'assistant':
        return toAssistant(message, wireId);
    }
  });
}

function toAssistant(
  { content, toolCalls }: Message & { readonly role: 'assistant' },
  wireId: (id: string) => string,
): ChatCompletionMessageParam {
  if (toolCalls.length === 0) return { role: 'assistant', content };
  const calls = toolCalls.map((call) => ({
    type: 'function' as const,
    id: wireId(call.id),
    function: { name: toWireName(call.name), arguments: writeArguments(call) },
  }));
  return { role: 'assistant', content: content === '' ? null : content, tool_calls: calls };
}
