import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { OrketError } from '#crds';
import type { Deadlines } from '../deadlines.ts';
import type { Failures } from './failure.ts';

/** Connections that are kept between the calls of one provider. */
export interface Connections {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

export function openConnections(): Connections {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  return {
    http,
    https,
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

export interface FetchOptions {
  readonly connections: Connections;
  readonly connectSeconds: number;
  readonly deadlines: Deadlines;
  readonly failures: Failures;
  /** Bytes of an error's body that are read. */
  readonly errorBytes: number;
  /** Called when a connection stands: from then on the request may have reached the server. */
  readonly onConnected: () => void;
  /** Called when the headers of an answer have come. */
  readonly onHeaders: () => void;
}

/**
 * `fetch` as the official client wants it, over `node:http`: an abort closes the socket, redirects are answers like any
 * other, connecting has a deadline of its own, and only the headers named here go out or come in. The built-in fetch has
 * fixed deadlines of 300 s and follows redirects with the whole prompt.
 */
export function boundedFetch(options: FetchOptions): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw options.failures.broken('an address with http or https', url.protocol);
    }
    const message = await send(url, init ?? {}, options);
    options.onHeaders();
    return toResponse(message, options);
  };
}

function send(url: URL, init: RequestInit, options: FetchOptions): Promise<IncomingMessage> {
  const { deadlines, connections, connectSeconds, onConnected } = options;
  return new Promise((resolve, reject) => {
    const body = typeof init.body === 'string' ? Buffer.from(init.body) : Buffer.alloc(0);
    const settings = { method: init.method ?? 'POST', headers: outgoing(init, body.length), signal: deadlines.signal };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...settings, agent: connections.https })
        : httpRequest(url, { ...settings, agent: connections.http });
    const timer = setTimeout(() => {
      deadlines.fail(
        new OrketError('ModelTimeout', 'the connection did not stand in time', {
          at: options.failures.at,
          expected: `a connection within ${connectSeconds} s`,
          remedy: 'Check that the server is reachable, or raise timeouts.connectSeconds of the Venue.',
        }),
      );
    }, connectSeconds * 1000);
    request.on('socket', (socket) => {
      const stands = (): void => {
        clearTimeout(timer);
        onConnected();
      };
      if (!socket.connecting) stands();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', stands);
    });
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
    request.on('response', resolve);
    request.end(body);
  });
}

/** The client also sends details of this host and whatever OPENAI_CUSTOM_HEADERS holds; neither is for the server. */
function outgoing(init: RequestInit, length: number): Record<string, string> {
  const given = new Headers(init.headers);
  const headers: Record<string, string> = {
    accept: given.get('accept') ?? 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'content-length': String(length),
    'user-agent': 'orket',
  };
  const authorization = given.get('authorization');
  if (authorization !== null) headers['authorization'] = authorization;
  return headers;
}

async function toResponse(message: IncomingMessage, options: FetchOptions): Promise<Response> {
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) {
    message.destroy();
    throw options.failures.broken('a status of HTTP', String(status));
  }
  const headers = incoming(message);
  const body = inflated(message, options);
  if (status >= 300) {
    const text = await readStart(body, options.errorBytes);
    return new Response(status === 304 ? null : text, { status, headers });
  }
  if (status === 204 || status === 205) {
    message.destroy();
    return new Response(null, { status, headers });
  }
  const stream: ReadableStream<Uint8Array> = Readable.toWeb(body);
  return new Response(stream, { status, headers });
}

function incoming(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const name of ['content-type', 'retry-after', 'retry-after-ms']) {
    const value = message.headers[name];
    // What a header may hold is wider in HTTP/1 than in fetch; a value that does not fit is no use to anybody here.
    if (typeof value === 'string' && /^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  return headers;
}

/** Some proxies compress although nobody asked. Inflating is streamed, so a bomb is stopped by the bound on bytes. */
function inflated(message: IncomingMessage, { failures }: FetchOptions): Readable {
  const encoding = (message.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return message;
  const make = inflaters[encoding];
  if (make === undefined) {
    message.destroy();
    throw failures.broken('an answer without compression', `content-encoding ${failures.quote(encoding)}`);
  }
  const inflate = make();
  message.on('error', (error) => inflate.destroy(error));
  inflate.on('close', () => message.destroy());
  return message.pipe(inflate);
}

const inflaters: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The first bytes of an error's body; the rest is not worth waiting for. */
async function readStart(body: Readable, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      if (!(part instanceof Uint8Array)) break;
      parts.push(Buffer.from(part));
      bytes += part.length;
      if (bytes >= limit) break;
    }
  } catch {
    // The status says enough where the body breaks off.
  }
  return Buffer.concat(parts).subarray(0, limit).toString();
}
