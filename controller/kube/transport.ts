import { Agent, request as httpsRequest } from 'node:https';
import { request as httpRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { OrketError, type Reason } from '#crds';
import type { Connection } from './connection.ts';

/** Who is at the other end, for errors. */
export interface Peer {
  readonly name: string;
  readonly unreachable: Reason;
}

const apiServer: Peer = { name: 'the API server', unreachable: 'ClusterUnreachable' };

/** A request to the API server, before anybody looked at the answer. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer whose body has not been read. Whoever takes it reads or destroys the body. */
export interface KubeAnswer {
  readonly status: number;
  /** Null where the server did not say how long to wait. */
  readonly retryAfterMs: number | null;
  readonly body: IncomingMessage;
}

export interface Transport {
  readonly peer: Peer;
  /** Throws `ClusterUnreachable` where there was no answer. */
  send(request: KubeRequest): Promise<KubeAnswer>;
  close(): void;
}

const connectMs = 10_000;
const answerMs = 30_000;
const maxSockets = 64;

/** HTTP to an API server, or another peer that speaks JSON and takes bearer tokens, over kept connections. */
export function transport(connection: Connection, userAgent: string, peer: Peer = apiServer): Transport {
  const { server, ca, cert, key } = connection;
  const secure = server.protocol === 'https:';
  const agent = secure
    ? new Agent({ keepAlive: true, keepAliveMsecs: 30_000, maxSockets, timeout: connectMs, ca, cert, key })
    : new HttpAgent({ keepAlive: true, keepAliveMsecs: 30_000, maxSockets, timeout: connectMs });
  return {
    peer,
    async send(request) {
      const token = await connection.token();
      const body = request.body === undefined ? undefined : JSON.stringify(request.body);
      const url = urlOf(server, request);
      return new Promise((resolve, reject) => {
        const fail = (error: Error): void => reject(unreachable(request, server, peer, error));
        const outgoing = (secure ? httpsRequest : httpRequest)(url, {
          method: request.method,
          agent,
          headers: {
            accept: 'application/json',
            'user-agent': userAgent,
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined
              ? {}
              : {
                  'content-type': request.contentType ?? 'application/json',
                  'content-length': Buffer.byteLength(body),
                }),
          },
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
        outgoing.setTimeout(answerMs, () => outgoing.destroy(new Error(`no answer in ${answerMs / 1000} s`)));
        outgoing.once('error', fail);
        outgoing.once('response', (answer) => {
          outgoing.off('error', fail);
          // Later errors of the connection reach whoever reads the body.
          outgoing.on('error', () => {});
          outgoing.setTimeout(0);
          resolve({ status: answer.statusCode ?? 0, retryAfterMs: retryAfter(answer), body: answer });
        });
        outgoing.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

const bodyBytes = 64 * 1024 * 1024;

/** Reads a whole answer as JSON. Throws `ClusterUnreachable` for one that breaks off, is too large, or is no JSON. */
export async function readJson(answer: KubeAnswer, request: KubeRequest, peer: Peer = apiServer): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of chunksOf(answer, answerMs)) {
      size += chunk.length;
      if (size > bodyBytes) throw new Error(`the answer is over ${bodyBytes} bytes`);
      chunks.push(chunk);
    }
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return parsed;
  } catch (error) {
    throw new OrketError(
      peer.unreachable,
      `${peer.name} gave no whole answer`,
      { at: `${request.method} ${request.path}`, found: error instanceof Error ? error.message : 'a broken stream' },
      error,
    );
  }
}

/** The body as it comes; when nobody wants more of it the connection is closed. Throws where it is silent for too long. */
export async function* chunksOf({ body }: KubeAnswer, silenceMs: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only while we wait: a slow reader is no silence of the other side.
      const timer = setTimeout(() => body.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs);
      const step = await chunks.next().finally(() => clearTimeout(timer));
      if (step.done === true) return;
      const chunk: Buffer = step.value;
      yield chunk;
    }
  } finally {
    if (!body.complete || !body.readableEnded) body.destroy();
  }
}

function urlOf(server: URL, { path, query }: KubeRequest): URL {
  const url = new URL(server);
  url.pathname = `${server.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function retryAfter(answer: IncomingMessage): number | null {
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function unreachable({ method, path }: KubeRequest, server: URL, peer: Peer, cause: Error): OrketError {
  return new OrketError(
    peer.unreachable,
    `${peer.name} does not answer`,
    {
      at: `${method} ${server.origin}${path}`,
      found: cause.message,
      remedy: 'Check that it is up and that its address is right.',
    },
    cause,
  );
}
