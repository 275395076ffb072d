import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInstant, type BundleTimeouts, type OrketError } from '#crds';
import { factsOf, isFree } from '../../runtime/models/model-error.ts';
import type { ModelProvider, ModelResponse } from '../../runtime/models/provider.ts';
import { OpenAIProvider } from '../../runtime/models/openai/openai.ts';
import { createMask } from '../../runtime/secrets/mask.ts';
import { startOpenAIServer, type OpenAIServer } from './openai-process.ts';
import { peakMemory } from './peak-memory.ts';
import { generateOptions, modelRequest } from './provider.ts';

const apiKey = 'sk-very/secret+key';
const mask = createMask(new Map([['models/key', apiKey]]));
const now = parseInstant('2026-10-21T07:27:50Z');
const mebibyte = 1024 * 1024;
/** What hostile answers may cost: the bounds, the copies made while reading, and garbage not collected yet. */
const memoryBound = 160 * mebibyte;

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.stop());

interface Given {
  readonly stream?: boolean;
  readonly baseURL?: string;
  readonly timeouts?: BundleTimeouts;
}

function open(model: string, { stream = true, baseURL = server.baseURL, timeouts }: Given = {}): ModelProvider {
  const seconds = { connectSeconds: 2, firstTokenSeconds: 5, idleSeconds: 5, totalSeconds: 20, ...timeouts };
  const backend = { name: 'local', model, baseURL };
  return new OpenAIProvider({ backend, timeouts: seconds, stream, apiKey: () => apiKey, mask, clock: () => now });
}

async function ask(model: string, given?: Given, signal?: AbortSignal): Promise<ModelResponse> {
  const provider = open(model, given);
  const request = modelRequest();
  try {
    return await provider.generate(request, generateOptions(request, signal));
  } finally {
    await provider.close();
  }
}

async function failure(model: string, given?: Given): Promise<OrketError> {
  return ask(model, given).then(
    (answer) => expect.fail(`took for an answer: ${JSON.stringify(answer).slice(0, 200)}`),
    (error: OrketError) => error,
  );
}

describe.each([
  ['streamed', true],
  ['whole', false],
])('a %s answer that is no answer', (_, stream) => {
  it.each([
    ['html', 'text/html'],
    ['html-as-json', 'DOCTYPE'],
    ['empty', stream ? 'end of the stream' : 'an empty body'],
    ['no-content', '204'],
    ['error-in-200', 'out of memory'],
    ['no-choices', 'choices'],
    ['null-choices', 'choices'],
    ['empty-choices', stream ? 'finish reason' : 'one choice'],
    ['half-stream', stream ? '[DONE]' : 'JSON'],
    ['no-finish', 'finish reason'],
    ['odd-finish', 'bored'],
    ['two-choices', '2 choices'],
    ['role-change', 'user'],
    ['content-parts', 'text'],
    ['nameless-call', 'name'],
    ['deep-json', 'object'],
    ['reset-mid-body', 'broke in the middle'],
    ['odd-encoding', 'content-encoding'],
    ['lying-length', 'broke in the middle'],
    ['not-http', 'protocol error'],
    ['huge-headers', 'protocol error'],
  ])('%s is refused, saying %s', async (model, words) => {
    const error = await failure(model, { stream });
    expect(error).toMatchObject({ reason: 'ModelAnswerBroken', message: expect.stringContaining(words) });
    expect(error.message.length).toBeLessThan(1000);
  });

  it.each(['usage-missing', 'usage-negative', 'usage-text', 'usage-absurd'])('%s counts as no usage', async (model) => {
    expect(await ask(model, { stream })).toMatchObject({ text: 'fine', usage: null });
  });

  it.each([
    ['other-form', { text: 'fine', finish: 'stop' }],
    ['no-ids', { toolCalls: [{ name: 'files.read', arguments: { parsed: {} } }] }],
    ['stop-after-calls', { finish: 'toolCalls', toolCalls: [{ name: 'files.read' }, { name: 'files.read' }] }],
    ['unknown-tool', { toolCalls: [{ name: 'no.such__tool', arguments: { parsed: {} } }] }],
    ['bad-arguments', { toolCalls: [{ name: 'files.read', arguments: { unparsed: '{"path": README }' } }] }],
    ['no-response-format', { text: 'fine' }],
    ['no-grammar', { text: 'fine' }],
    ['no-max-tokens', { text: 'fine' }],
    ['no-stream-options', { text: 'fine' }],
  ])('%s is an answer all the same', async (model, expected) => {
    const provider = open(model, { stream });
    const request = modelRequest({ outputSchema: { type: 'object' } });
    expect(await provider.generate(request, generateOptions(request))).toMatchObject(expected);
    await provider.close();
  });

  it.each(['reasoning', 'thinks-aloud'])('%s stays with the server: in no text and no delta', async (model) => {
    const provider = open(model, { stream });
    const options = generateOptions(modelRequest());
    const answer = await provider.generate(modelRequest(), options);
    expect(answer).toMatchObject({ text: 'fine', finish: 'stop', toolCalls: [] });
    expect(options.deltas.join('')).toBe('fine');
    expect(JSON.stringify([answer, options.deltas])).not.toContain('secret');
    await provider.close();
  });
});

describe('a stream that is broken', () => {
  it.each([
    ['half-event', 'JSON'],
    ['no-end-mark', '[DONE]'],
    ['second-choice', 'index 1'],
    ['gap-in-calls', 'a gap before tool call 2'],
    ['mixed-calls', 'one tool call under each index'],
    ['after-finish', 'nothing after the finish reason'],
    ['not-utf8', 'UTF-8'],
  ])('%s is refused, saying %s', async (model, words) => {
    expect(await failure(model)).toMatchObject({
      reason: 'ModelAnswerBroken',
      message: expect.stringContaining(words),
    });
  });

  it('tells whether tokens had come before it broke', async () => {
    expect(factsOf(await failure('reset-mid-body'))).toMatchObject({ begun: true, backend: 'local' });
    expect(factsOf(await failure('empty'))).toMatchObject({ begun: false });
    expect(factsOf(await failure('reset-mid-body', { stream: false }))).toMatchObject({ begun: false });
  });
});

describe('a status that is an error', () => {
  it.each([
    ['status-400', 'ModelRefused', true],
    ['status-401', 'ModelRefused', true],
    ['status-403', 'ModelRefused', true],
    ['status-404', 'ModelRefused', true],
    ['status-408', 'ModelBusy', false],
    ['status-409', 'ModelBusy', true],
    ['status-429', 'ModelBusy', true],
    ['status-500', 'ModelBusy', false],
    ['status-503', 'ModelBusy', false],
    ['huge-error', 'ModelBusy', false],
    ['redirect-loop', 'ModelRefused', true],
  ])('%s is %s, asked once, and says that nothing is charged: %s', async (model, reason, free) => {
    const before = (await server.seen()).requests;
    const error = await failure(model);
    expect([error.reason, isFree(error)]).toEqual([reason, free]);
    expect((await server.seen()).requests).toBe(before + 1);
  });

  it('says how long a busy server asks to wait', async () => {
    expect((await failure('status-429')).message).toContain('Retry-After: 7');
    expect((await failure('status-503')).message).toContain('Retry-After: Wed, 21 Oct 2026 07:28:00 GMT');
  });

  it.each([
    ['status-429', 7_000],
    ['status-503', 10_000],
    ['status-429-exact', 1_500],
    ['status-429-absurd', null],
    ['status-500', null],
  ])('of %s says in milliseconds how long to wait: %s', async (model, retryAfterMs) => {
    expect(factsOf(await failure(model))).toMatchObject({ retryAfterMs, backend: 'local', begun: false });
  });

  it('follows no redirect', async () => {
    expect((await failure('redirect-loop')).message).toContain('Redirects are not followed');
    expect((await server.seen()).redirected).toBe(0);
  });
});

describe('a key', () => {
  it('is sent, and nothing about this host is', async () => {
    await ask('other-form');
    const { headers } = await server.seen();
    expect(headers['authorization']).toBe(`Bearer ${apiKey}`);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-') || name.startsWith('openai'))).toEqual([]);
    expect(headers['user-agent']).toBe('orket');
  });

  it.each(['echoes-the-key', 'echoes-the-key-encoded'])('never comes back in an error: %s', async (model) => {
    const error = await failure(model);
    const told = JSON.stringify([error.message, error.detail, error.stack, String(error.cause)]);
    expect(told).toContain('‹secret:');
    expect(told).not.toContain('very');
    // The user before it shares its last group of three bytes with the key.
    for (const piece of ['c2st', 'zay12', 'LXZlcn', 'dmVyeS9']) expect(told).not.toContain(piece);
  });
});

describe('memory and time are bounded', () => {
  it.each([
    ['gzip-bomb', true, 'ModelAnswerTooLarge'],
    ['gzip-bomb', false, 'ModelAnswerTooLarge'],
    ['brotli-bomb', true, 'ModelAnswerTooLarge'],
    ['brotli-bomb', false, 'ModelAnswerTooLarge'],
    ['huge-answer', false, 'ModelAnswerTooLarge'],
    ['endless-line', true, 'ModelAnswerTooLarge'],
    ['endless-stream', true, 'ModelAnswerTooLarge'],
    ['endless-text', true, 'ModelAnswerTooLarge'],
    ['many-calls', true, 'ModelAnswerTooLarge'],
    ['many-calls', false, 'ModelAnswerTooLarge'],
    ['huge-error', true, 'ModelBusy'],
  ])('%s (stream: %s) ends with %s', async (model, stream, reason) => {
    const { value, bytes } = await peakMemory(() => failure(model, { stream }));
    expect(value).toMatchObject({ reason });
    expect(bytes).toBeLessThan(memoryBound);
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });

  it.each([
    ['silent', true, { firstTokenSeconds: 1 }, 'timeouts.firstTokenSeconds'],
    ['silent', false, { totalSeconds: 1 }, 'timeouts.totalSeconds'],
    ['stall-after-headers', true, { firstTokenSeconds: 1 }, 'timeouts.firstTokenSeconds'],
    ['stall-after-headers', false, { idleSeconds: 1 }, 'timeouts.idleSeconds'],
    ['stall-mid-answer', true, { idleSeconds: 1 }, 'timeouts.idleSeconds'],
    ['stall-mid-answer', false, { idleSeconds: 1 }, 'timeouts.idleSeconds'],
    ['endless-pings', true, { firstTokenSeconds: 1 }, 'timeouts.firstTokenSeconds'],
    ['drips-for-ever', true, { totalSeconds: 1 }, 'timeouts.totalSeconds'],
    ['drips-for-ever', false, { totalSeconds: 1 }, 'timeouts.totalSeconds'],
    ['dripping-headers', true, { firstTokenSeconds: 1 }, 'timeouts.firstTokenSeconds'],
    ['dripping-headers', false, { totalSeconds: 1 }, 'timeouts.totalSeconds'],
  ])('%s (stream: %s) ends after %o, which the error names', async (model, stream, timeouts, words) => {
    const began = performance.now();
    const error = await failure(model, { stream, timeouts });
    expect(error).toMatchObject({ reason: 'ModelTimeout', message: expect.stringContaining(words) });
    expect(performance.now() - began).toBeLessThan(2500);
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });

  it('headers of answers to come, without end, end with a deadline and cost no memory', async () => {
    const timeouts = { firstTokenSeconds: 1 };
    const { value, bytes } = await peakMemory(() => failure('endless-hints', { timeouts }));
    expect(value).toMatchObject({ reason: 'ModelTimeout' });
    expect(bytes).toBeLessThan(memoryBound);
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });

  it('a stream that goes on after its end mark is let go', async () => {
    expect(await ask('drops-after-done')).toMatchObject({ text: 'fine', finish: 'stop' });
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });

  it('a cancelled call closes its connection', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await expect(ask('silent', {}, controller.signal)).rejects.toMatchObject({ reason: 'Cancelled' });
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });
});

describe('a server that is not there', () => {
  let deaf: Server;
  let port: number;
  beforeAll(async () => {
    // Takes connections and never says a word, so that a TLS handshake hangs.
    deaf = createServer(() => undefined);
    await new Promise<void>((done) => deaf.listen(0, '127.0.0.1', done));
    const address = deaf.address();
    port = address !== null && typeof address === 'object' ? address.port : 0;
  });
  afterAll(() => void deaf.close());

  it.each([
    ['nothing listens', 'http://127.0.0.1:1/v1', 'ECONNREFUSED'],
    ['the name does not resolve', 'http://no-such-host.invalid/v1', 'does not resolve'],
  ])('%s', async (_, baseURL, words) => {
    const error = await failure('any', { baseURL });
    expect(error).toMatchObject({ reason: 'ModelUnreachable', message: expect.stringContaining(words), exit: 24 });
    expect(isFree(error)).toBe(true);
  });

  it('a reset before the headers, behind which a model may have been at work', async () => {
    const reset = await failure('reset-before-headers');
    expect([reset.reason, isFree(reset)]).toEqual(['ModelUnreachable', false]);
  });

  it('a handshake that hangs ends with the deadline for connecting', async () => {
    const given = { baseURL: `https://127.0.0.1:${port}/v1`, timeouts: { connectSeconds: 1 } };
    const error = await failure('any', given);
    expect(error).toMatchObject({ reason: 'ModelTimeout', message: expect.stringContaining('connectSeconds') });
    expect(isFree(error)).toBe(true);
  });

  it('a server without TLS behind an https address', async () => {
    const baseURL = server.baseURL.replace('http:', 'https:');
    expect(await failure('any', { baseURL })).toMatchObject({ reason: 'ModelUnreachable' });
  });
});
