import { endless, type Exchange, type Misbehaviour } from './openai-endless.ts';
import {
  chunk,
  completion,
  endMark,
  event,
  json,
  openStream,
  respond,
  usageChunk,
  type CompletionRequest,
  type WireCall,
} from './openai-wire.ts';

const page = '<!DOCTYPE html><html><body>Sign in to the hotel network</body></html>';
/** The fields in which servers send reasoning. */
const thoughts = {
  reasoning_content: 'secret thoughts',
  reasoning: 'secret thoughts',
  thinking: 'secret thoughts',
  reasoning_details: [{ type: 'reasoning.text', text: 'secret thoughts' }],
};

function stream(...pieces: readonly string[]): Misbehaviour {
  return ({ response }) => {
    openStream(response);
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

function plain(body: unknown): Misbehaviour {
  return ({ response }) => json(response, body);
}

function text(type: string, body: string, status = 200): Misbehaviour {
  return ({ response }) => void response.writeHead(status, { 'content-type': type }).end(body);
}

/** The same fault in the form that was asked for. */
function either(streaming: Misbehaviour, whole: Misbehaviour): Misbehaviour {
  return (exchange) => (exchange.body.stream === true ? streaming : whole)(exchange);
}

function status(code: number, headers: Readonly<Record<string, string>> = {}): Misbehaviour {
  return ({ response }) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: `status ${code} it is` } }));
  };
}

function calls(count: number): WireCall[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    id: `c${index}`,
    function: { name: 'files__read', arguments: '{}' },
  }));
}

function usage(value: unknown): Misbehaviour {
  return either(
    stream(chunk({ content: 'fine' }, 'stop'), usageChunk(value), endMark),
    plain({ ...completion({ content: 'fine' }), usage: value }),
  );
}

/** Each by the name of the model that gets it. */
export const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  ...endless,
  html: text('text/html', page),
  'html-as-json': text('application/json', page),
  empty: either(stream(), text('application/json', '')),
  'no-content': ({ response }) => void response.writeHead(204).end(),
  'error-in-200': either(
    stream(chunk({ content: 'half' }), event({ error: { message: 'out of memory' } })),
    plain({ error: { message: 'out of memory' } }),
  ),
  'no-choices': either(stream(event({ id: 'x' }), endMark), plain({ id: 'x' })),
  'null-choices': either(stream(event({ choices: null }), endMark), plain({ choices: null })),
  'empty-choices': either(stream(event({ choices: [] }), endMark), plain({ choices: [] })),
  'half-stream': either(stream(chunk({ content: 'half' })), text('application/json', '{"choices":[{"index":0,"mess')),
  'half-event': stream(chunk({ content: 'half' }), 'data: {"choices":[{"ind'),
  'no-end-mark': stream(chunk({ content: 'whole' }, 'stop')),
  'no-finish': either(
    stream(chunk({ content: 'whole' }), endMark),
    plain(completion({ content: 'x', finish_reason: null })),
  ),
  'odd-finish': either(
    stream(chunk({ content: 'x' }, 'bored'), endMark),
    plain(completion({ content: 'x', finish_reason: 'bored' })),
  ),
  'two-choices': either(
    stream(event({ choices: [0, 1].map((index) => ({ index, delta: { content: 'x' } })) })),
    plain({ choices: [0, 1].map((index) => ({ index, message: { content: 'x' }, finish_reason: 'stop' })) }),
  ),
  'second-choice': stream(event({ choices: [{ index: 1, delta: { content: 'x' } }] })),
  'role-change': either(
    stream(chunk({ role: 'assistant', content: 'x' }), chunk({ role: 'user', content: 'y' })),
    plain({ choices: [{ index: 0, message: { role: 'user', content: 'x' }, finish_reason: 'stop' }] }),
  ),
  'content-parts': either(
    stream(chunk({ content: [{ type: 'text', text: 'x' }] })),
    plain({ choices: [{ index: 0, message: { content: [{ type: 'text', text: 'x' }] }, finish_reason: 'stop' }] }),
  ),
  'gap-in-calls': stream(chunk({ tool_calls: [{ index: 2, id: 'a', function: { name: 'x', arguments: '' } }] })),
  'mixed-calls': stream(
    chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'x', arguments: '{}' } }] }),
    chunk({ tool_calls: [{ index: 0, id: 'b', function: { name: 'y', arguments: '{}' } }] }),
  ),
  'nameless-call': either(
    stream(chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }, 'tool_calls'), endMark),
    plain(completion({ tool_calls: [{ function: { arguments: '{}' } }], finish_reason: 'tool_calls' })),
  ),
  'after-finish': stream(chunk({ content: 'x' }, 'stop'), chunk({ content: 'y' }), endMark),
  'not-utf8': ({ response }) => {
    openStream(response);
    response.end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a, 0x0a]));
  },
  'deep-json': either(
    stream(event(`{"choices":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)),
    text('application/json', `{"choices":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
  ),
  'usage-missing': either(
    stream(chunk({ content: 'fine' }, 'stop'), endMark),
    plain({ ...completion({ content: 'fine' }), usage: undefined }),
  ),
  'usage-negative': usage({ prompt_tokens: -1, completion_tokens: 3 }),
  'usage-text': usage({ prompt_tokens: '12', completion_tokens: 'many' }),
  'usage-absurd': usage({ prompt_tokens: 1e15, completion_tokens: 0.5 }),
  'other-form': ({ response, body }) =>
    respond({ ...body, stream: body.stream !== true, stream_options: { include_usage: true } }, response, {
      content: 'fine',
    }),
  'no-ids': ({ response, body }) =>
    respond(body, response, {
      tool_calls: [{ function: { name: 'files__read', arguments: '{}' } }],
      finish_reason: 'tool_calls',
    }),
  'stop-after-calls': ({ response, body }) => respond(body, response, { tool_calls: calls(2), finish_reason: 'stop' }),
  'unknown-tool': ({ response, body }) =>
    respond(body, response, {
      tool_calls: [{ id: 'a', function: { name: 'no__such__tool', arguments: '{}' } }],
      finish_reason: 'tool_calls',
    }),
  'bad-arguments': ({ response, body }) =>
    respond(body, response, {
      tool_calls: [{ id: 'a', function: { name: 'files__read', arguments: '{"path": README }' } }],
      finish_reason: 'tool_calls',
    }),
  reasoning: either(
    stream(chunk(thoughts), chunk({ content: 'fine' }, 'stop'), endMark),
    plain(completion({ content: 'fine', ...thoughts })),
  ),
  'thinks-aloud': ({ response, body }) =>
    respond(body, response, { content: '<think>secret thoughts</think>\n\nfine' }),
  'many-calls': ({ response, body }) =>
    respond(body, response, { tool_calls: calls(50_000), finish_reason: 'tool_calls' }),
  'odd-encoding': ({ response, body }) => {
    response.setHeader('content-encoding', 'compress');
    respond(body, response, { content: 'fine' });
  },
  'lying-length': ({ request, response, body }) => {
    const type = body.stream === true ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'content-length': 5_000 });
    response.write(body.stream === true ? chunk({ content: 'half' }) : '{"choices":[');
    setTimeout(() => request.socket.end(), 50);
  },
  silent: () => undefined,
  'stall-after-headers': ({ response, body }) => {
    if (body.stream === true) openStream(response);
    else response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  },
  'stall-mid-answer': ({ response, body }) => {
    if (body.stream === true) openStream(response);
    else response.writeHead(200, { 'content-type': 'application/json' });
    response.write(body.stream === true ? chunk({ content: 'half' }) : '{"choices":[');
  },
  'reset-before-headers': ({ request }) => void request.socket.resetAndDestroy(),
  'reset-mid-body': ({ request, response, body }) => {
    if (body.stream === true) openStream(response);
    else response.writeHead(200, { 'content-type': 'application/json' });
    response.write(body.stream === true ? chunk({ content: 'half' }) : '{"choices":[');
    setTimeout(() => request.socket.resetAndDestroy(), 50);
  },
  'not-http': ({ request }) => {
    request.socket.end('+OK redis here\r\n');
  },
  'huge-headers': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-long': 'y'.repeat(200_000) }).end('{}');
  },
  'redirect-loop': status(307, { location: '/elsewhere/v1/chat/completions' }),
  'echoes-the-key': ({ request, response }) => {
    json(response, { error: { message: `Incorrect API key provided: ${request.headers.authorization}` } }, 401);
  },
  // The encoded key lies across the 200 characters that an error shows.
  'echoes-the-key-encoded': ({ request, response }) => {
    const encoded = Buffer.from(`user:${request.headers.authorization?.replace('Bearer ', '')}`).toString('base64');
    json(response, { error: { message: `${'Not authorized. '.repeat(11)}${encoded}` } }, 401);
  },
  'no-response-format': (exchange) => pickyAbout('response_format', exchange),
  'no-grammar': (exchange) => {
    if (exchange.body.response_format === undefined) respond(exchange.body, exchange.response, { content: 'fine' });
    else json(exchange.response, { error: { message: 'failed to parse grammar' } }, 400);
  },
  'no-max-tokens': (exchange) => pickyAbout('max_tokens', exchange, " Use 'max_completion_tokens' instead."),
  'no-stream-options': (exchange) => pickyAbout('stream_options', exchange),
  'status-400': status(400),
  'status-401': status(401),
  'status-403': status(403),
  'status-404': status(404),
  'status-408': status(408),
  'status-409': status(409),
  'status-429': status(429, { 'retry-after': '7' }),
  'status-429-exact': status(429, { 'retry-after': '2', 'retry-after-ms': '1500' }),
  'status-429-absurd': status(429, { 'retry-after': '99999999999' }),
  'status-500': status(500),
  'status-503': status(503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }),
};

/** A server that lacks one optional field, and says so as they do. */
function pickyAbout(field: keyof CompletionRequest, { response, body }: Exchange, advice = ''): void {
  if (body[field] === undefined) return respond(body, response, { content: 'fine' });
  json(response, { error: { message: `Unsupported parameter: '${field}'.${advice}` } }, 400);
}
