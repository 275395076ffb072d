import type { ServerResponse } from 'node:http';

/** What the test server reads of a request for chat completions, and how it writes answers. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly response_format?: unknown;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
}

export interface WireMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
}

export interface WireAnswer {
  readonly content?: string | null;
  readonly tool_calls?: readonly WireCall[];
  readonly finish_reason?: string | null;
  readonly usage?: unknown;
  /** Anything else that a server puts beside the content. */
  readonly [field: string]: unknown;
}

export interface WireCall {
  readonly index?: number;
  readonly id?: string;
  readonly type?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

const goodUsage = {
  prompt_tokens: 12,
  completion_tokens: 7,
  total_tokens: 19,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function completion(answer: WireAnswer): object {
  const { content = null, tool_calls, finish_reason = 'stop', usage = goodUsage, ...others } = answer;
  const message = { role: 'assistant', content, ...(tool_calls === undefined ? {} : { tool_calls }), ...others };
  return {
    id: 'chatcmpl-server',
    object: 'chat.completion',
    created: 1,
    choices: [{ index: 0, message, finish_reason }],
    usage,
  };
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
}

export function event(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** One chunk with a delta of the only choice. */
export function chunk(delta: unknown, finish_reason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  return event({ id: 'chatcmpl-server', object: 'chat.completion.chunk', created: 1, choices });
}

export function usageChunk(usage: unknown): string {
  return event({ id: 'chatcmpl-server', object: 'chat.completion.chunk', choices: [], usage });
}

export const endMark = event('[DONE]');

/** A whole answer as a server streams it: text in pieces, arguments of calls in pieces. */
export function streamed(answer: WireAnswer, includeUsage = true): string[] {
  const { content, tool_calls: calls = [], finish_reason = 'stop', usage = goodUsage } = answer;
  const text = content ?? '';
  const pieces = [chunk({ role: 'assistant', content: '' })];
  for (let at = 0; at < text.length; at += 5) pieces.push(chunk({ content: text.slice(at, at + 5) }));
  for (const [index, call] of calls.entries()) {
    const given = call.function?.arguments ?? '';
    const { id, type = 'function' } = call;
    const head = {
      index,
      ...(id === undefined ? {} : { id }),
      type,
      function: { name: call.function?.name, arguments: '' },
    };
    pieces.push(chunk({ tool_calls: [head] }));
    for (let at = 0; at < given.length; at += 7) {
      pieces.push(chunk({ tool_calls: [{ index, function: { arguments: given.slice(at, at + 7) } }] }));
    }
  }
  pieces.push(chunk({}, finish_reason));
  if (includeUsage) pieces.push(usageChunk(usage));
  return [...pieces, endMark];
}

/** Answers in the form that was asked for. */
export function respond(request: CompletionRequest, response: ServerResponse, answer: WireAnswer): void {
  if (request.stream !== true) return json(response, completion(answer));
  openStream(response);
  for (const piece of streamed(answer, request.stream_options?.include_usage === true)) response.write(piece);
  response.end();
}
