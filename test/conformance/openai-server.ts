import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pathToFileURL } from 'node:url';
import {
  chunk,
  json,
  openStream,
  respond,
  type CompletionRequest,
  type WireAnswer,
  type WireMessage,
} from './openai-wire.ts';
import { misbehaviours } from './openai-misbehaviours.ts';

/**
 * A server that speaks chat completions on a real socket. It behaves well, and refuses what a strict server refuses; a
 * model named after one of the misbehaviours gets that instead. Runs in a process of its own, so that what it spends on
 * being hostile does not count as the client's memory.
 */
function main(): void {
  const seen: Seen = { requests: 0, redirected: 0, open: 0, headers: {}, body: null };
  const server = createServer(
    (request, response) => void serve(request, response, seen).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    process.stdout.write(`${address.port}\n`);
  });
  // Ends with its parent.
  process.stdin.resume().on('end', () => process.exit(0));
}

/** What the server has seen, for tests to ask for. */
export interface Seen {
  requests: number;
  /** Requests that came to where a redirect pointed. */
  redirected: number;
  /** Requests whose connection still stands. */
  open: number;
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

async function serve(request: IncomingMessage, response: ServerResponse, seen: Seen): Promise<void> {
  response.on('error', () => undefined);
  if (request.url === '/seen') return json(response, seen);
  if (request.url?.startsWith('/elsewhere') === true) seen.redirected += 1;
  seen.requests += 1;
  seen.open += 1;
  response.on('close', () => (seen.open -= 1));
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body: CompletionRequest = JSON.parse(Buffer.concat(parts).toString());
  seen.headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  seen.body = body;
  const misbehaviour = misbehaviours[body.model];
  if (misbehaviour !== undefined) return misbehaviour({ request, response, body });
  const problem = refusal(request, body);
  if (problem !== null) return json(response, { error: { message: problem, type: 'invalid_request_error' } }, 400);
  await behave(body, response);
}

/** What strict servers refuse, so that every request of the suite is checked against it. */
function refusal(request: IncomingMessage, body: CompletionRequest): string | null {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return `no route ${request.method} ${request.url}`;
  const names = (body.tools ?? []).map((tool) => tool.function.name);
  const wrong = names.find((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name));
  if (wrong !== undefined) return `invalid tool name ${wrong}`;
  if (body.tools?.length === 0) return 'tools must not be empty';
  const open = new Set<string>();
  for (const message of body.messages) {
    for (const call of message.tool_calls ?? []) {
      if (!/^[a-zA-Z0-9]{9}$/.test(call.id)) return `invalid tool call id ${call.id}`;
      const given: unknown = JSON.parse(call.function.arguments);
      if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'arguments are not an object';
      open.add(call.id);
    }
    if (message.role === 'tool' && !open.delete(message.tool_call_id ?? '')) return 'a result without a call';
  }
  return open.size > 0 ? 'a call without a result' : null;
}

async function behave(body: CompletionRequest, response: ServerResponse): Promise<void> {
  const last = body.messages.at(-1);
  if (last?.content?.includes('long story') === true) return drip(body, response);
  respond(body, response, answerTo(body, last));
}

function answerTo(body: CompletionRequest, last: WireMessage | undefined): WireAnswer {
  if (last?.role === 'tool') return { content: `The file says: ${last.content}` };
  if (body.tools !== undefined) {
    const name = body.tools[0]?.function.name ?? '';
    const call = { id: 'call_of_the_server', function: { name, arguments: '{"path":"README.md"}' } };
    return { tool_calls: [call], finish_reason: 'tool_calls' };
  }
  if (body.response_format !== undefined) return { content: '{"capital":"Paris","sure":true}' };
  return { content: 'The capital of France is Paris. 🗼' };
}

/** Answers slowly and for long. */
async function drip(body: CompletionRequest, response: ServerResponse): Promise<void> {
  if (body.stream === true) openStream(response);
  for (let piece = 0; piece < 600 && !response.destroyed; piece += 1) {
    if (body.stream === true) response.write(chunk({ content: 'word ' }));
    await new Promise((done) => setTimeout(done, 50));
  }
  response.end();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
