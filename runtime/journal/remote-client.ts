import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { catalogue, OrketError, type Reason } from '#crds';
import { isRefusal } from './remote-protocol.ts';

export interface RemoteOptions {
  /** `https://HOST:PORT` of the gateway. */
  readonly baseUrl: string;
  /** PEM of the authority that signed the gateway's certificate. */
  readonly caFile: string;
  /** Read before each request, as projected tokens rotate. */
  readonly tokenFile: string;
  /** Stops waiting for a gateway that is away. */
  readonly signal: AbortSignal;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told before each wait, for logs. */
  readonly onWait?: (wait: { readonly attempt: number; readonly waitMs: number; readonly cause: string }) => void;
}

export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: { readonly type: 'application/json' | 'application/octet-stream'; readonly bytes: Uint8Array };
  /** What a right answer has: its media type (null for no content) and at most how many bytes. */
  readonly answer: { readonly type: string | null; readonly maxBytes: number };
}

const timeoutMs = 60_000;
const firstWaitMs = 100;
const maxWaitMs = 10_000;
const maxTokenBytes = 64 * 1024;
const refusalBytes = 64 * 1024;
/** A token that has just run out is replaced within seconds; one that stays refused never will be right. */
const maxUnauthorized = 6;

/** Something that may be over in a moment: the request is repeated. */
class Away extends Error {
  override readonly name = 'Away';
}

/** The token is not valid now. */
class Unauthorized extends Away {
  readonly refusal: OrketError;

  constructor(refusal: OrketError) {
    super('the token is not valid');
    this.refusal = refusal;
  }
}

/** Sends requests until they are answered: while the gateway is away the caller waits, and nothing is dropped. */
export class RemoteClient {
  readonly #options: RemoteOptions;
  #agent: { readonly ca: string; readonly dispatcher: Agent } | null = null;

  constructor(options: RemoteOptions) {
    if (!options.baseUrl.startsWith('https://')) {
      throw new OrketError('Usage', 'the gateway is spoken to over HTTPS only', {
        found: options.baseUrl.slice(0, 200),
      });
    }
    this.#options = options;
  }

  /**
   * The bytes of a right answer. Throws what the gateway refused with, Forbidden for a token that stays invalid, and
   * GatewayUnreachable once the signal is aborted.
   */
  async send(message: RemoteRequest): Promise<Uint8Array> {
    const { signal, random, onWait, sleep = pause } = this.#options;
    let unauthorized = 0;
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw unreachable(message, 'the Session was told to stop', signal.reason);
      const outcome = await this.#once(message).catch((error: unknown) => error);
      if (outcome instanceof Uint8Array) return outcome;
      if (outcome instanceof OrketError) throw outcome;
      unauthorized = outcome instanceof Unauthorized ? unauthorized + 1 : 0;
      if (outcome instanceof Unauthorized && unauthorized >= maxUnauthorized) throw outcome.refusal;
      const waitMs = Math.round(
        Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(attempt - 1, 16)) * (0.5 + random() / 2),
      );
      onWait?.({ attempt, waitMs, cause: causeOf(outcome) });
      // An abort ends the wait; the loop then says so.
      await sleep(waitMs, signal).catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#agent?.dispatcher.destroy();
    this.#agent = null;
  }

  async #once({ method, path, body, answer }: RemoteRequest): Promise<Uint8Array> {
    const token = await readToken(this.#options.tokenFile);
    const response = await request(new URL(path, this.#options.baseUrl), {
      method,
      dispatcher: this.#dispatcher(),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': body.type }),
      },
      ...(body === undefined ? {} : { body: body.bytes }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(2 * timeoutMs)]),
    });
    const good = response.statusCode === (answer.type === null ? 204 : 200);
    const bytes = await bounded(response.body, good ? answer.maxBytes : refusalBytes);
    const type = String(response.headers['content-type'] ?? '').split(';')[0] ?? '';
    if (!good && type !== 'application/json')
      throw new Away(`status ${response.statusCode}, type "${type.slice(0, 60)}"`);
    if (!good) throw refused(response.statusCode, bytes ?? new Uint8Array());
    if (answer.type !== null && type !== answer.type) throw new Away(`an answer of type "${type.slice(0, 60)}"`);
    if (bytes === null) throw oversized(path, answer.maxBytes);
    return bytes;
  }

  /** A new connection trusts what the file says now. */
  #dispatcher(): Agent {
    const ca = fs.readFileSync(this.#options.caFile, 'utf8');
    if (this.#agent?.ca === ca) return this.#agent.dispatcher;
    void this.#agent?.dispatcher.close();
    const dispatcher = new Agent({ connect: { ca, timeout: 10_000 }, connections: 4, allowH2: false });
    this.#agent = { ca, dispatcher };
    return dispatcher;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}

async function readToken(path: string): Promise<string> {
  const token = (await readFile(path, 'utf8')).trim();
  if (token === '' || token.length > maxTokenBytes || /\s/.test(token)) throw new Away('the token file holds no token');
  return token;
}

/** Null for a body that is larger; the rest of it is not read. */
async function bounded(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function refused(status: number, bytes: Uint8Array): OrketError | Away {
  const refusal = parsed(bytes);
  if (status < 400 || status >= 500 || !isRefusal(refusal) || !isReason(refusal.reason))
    return new Away(`status ${status}`);
  if (catalogue[refusal.reason].retryable) return new Away(`${refusal.reason}: ${refusal.message.slice(0, 200)}`);
  const error = new OrketError(refusal.reason, `the gateway refuses: ${refusal.message.slice(0, 500)}`);
  return status === 401 ? new Unauthorized(error) : error;
}

function oversized(path: string, maxBytes: number): OrketError {
  return new OrketError('Internal', 'the gateway answers more than was asked for', {
    at: path,
    expected: `at most ${maxBytes} bytes`,
  });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function isReason(reason: string): reason is Reason {
  return Object.hasOwn(catalogue, reason);
}

function causeOf(outcome: unknown): string {
  return outcome instanceof Error ? outcome.message.slice(0, 200) : 'an unknown error';
}

function unreachable({ method, path }: RemoteRequest, found: string, cause: unknown): OrketError {
  return new OrketError(
    'GatewayUnreachable',
    'the gateway was waited for in vain',
    { at: `${method} ${path}`, found },
    cause,
  );
}
