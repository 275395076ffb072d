import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isDigest, OrketError } from '#crds';
import { serverIdentity } from '../../controller/gateway/authority.ts';
import { isAppendRequest, pageBytes } from '../../runtime/journal/remote-protocol.ts';
import type { JournalStore } from '../../runtime/journal/store.ts';

/** What the server does to a request instead of serving it; `lose` serves it and then drops the connection. */
export type Disturbance = 'serve' | 'busy' | 'html' | 'drop' | 'lose' | 'unauthorized';

export interface StoreServer {
  readonly baseUrl: string;
  readonly caFile: string;
  /** A new token for the pod of the next attempt; the first one opens the journal as attempt 1. */
  token(): string;
  close(): Promise<void>;
}

interface Held {
  readonly attempt: number;
  readonly store: JournalStore;
  readonly lines: string[];
  readonly answer: object;
}

/** The smallest thing that speaks the gateway's protocol for one journal: a token says which attempt a pod is. */
export async function serveStore(
  dir: string,
  next: () => JournalStore,
  disturb: (request: string) => Disturbance = () => 'serve',
): Promise<StoreServer> {
  const { ca, cert, key } = serverIdentity({ dir, hosts: ['127.0.0.1'], now: Date.now(), randomBytes });
  const caFile = join(dir, 'trusted.pem');
  fs.writeFileSync(caFile, ca);
  let attempts = 0;
  let held: Held | null = null;

  const open = async (attempt: number): Promise<Answer> => {
    if (held !== null && attempt < held.attempt) throw stale(held.attempt, attempt);
    // Opened again by the same pod: the same answer.
    if (held?.attempt === attempt) return json(held.answer);
    await held?.store.close();
    const store = next();
    const { epoch, torn, previousIsDead, lines } = await store.open();
    held = { attempt, store, lines: [...lines], answer: { epoch, torn, previousIsDead, seq: lines.length } };
    return json(held.answer);
  };

  const handle = async (request: IncomingMessage, body: Buffer, attempt: number): Promise<Answer> => {
    const url = new URL(request.url ?? '', 'https://gateway');
    const [, , , , kind, name] = url.pathname.split('/');
    if (kind === 'bundle' || kind === 'launch') return json({ [kind]: 1 });
    if (kind === 'journal' && name === 'open') return open(attempt);
    if (held === null) throw new OrketError('NotFound', 'no such journal');
    if (attempt !== held.attempt) throw stale(held.attempt, attempt);
    if (kind === 'journal' && name === 'append') return append(held, body);
    if (kind === 'journal') return page(held.lines, Number(url.searchParams.get('from')));
    if (request.method === 'PUT') return json(await held.store.putBlob(body));
    const [offset, bytes] = ['offset', 'bytes'].map((parameter) => Number(url.searchParams.get(parameter)));
    if (!isDigest(name)) throw new OrketError('InvalidInput', 'no digest');
    const blob = await held.store.readBlob({ digest: name, offset: offset ?? 0, bytes: bytes ?? 0 });
    return { status: 200, type: 'application/octet-stream', bytes: Buffer.from(blob) };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const fate = disturb(`${request.method} ${request.url}`);
    if (fate === 'drop') return void request.socket.destroy();
    let answer = fates[fate]?.();
    const attempt = Number(/^Bearer attempt-(\d+)/.exec(request.headers.authorization ?? '')?.[1]);
    if (!(attempt <= attempts)) answer ??= unauthorized();
    answer ??= await handle(request, body, attempt).catch(refusal);
    if (fate === 'lose') return void request.socket.destroy();
    response.writeHead(answer.status, answer.type === null ? {} : { 'content-type': answer.type }).end(answer.bytes);
  };

  const server = createServer({ key, cert }, (request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `https://127.0.0.1:${address.port}`,
    caFile,
    token() {
      attempts += 1;
      const tokenFile = join(dir, `token-${attempts}`);
      fs.writeFileSync(tokenFile, `attempt-${attempts}\n`);
      return tokenFile;
    },
    close: async () => {
      await held?.store.close();
      await stopped(server);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly bytes: Buffer;
}

const fates: Readonly<Record<string, () => Answer>> = {
  busy: () => ({ status: 503, type: 'text/plain', bytes: Buffer.from('later') }),
  html: () => ({ status: 200, type: 'text/html', bytes: Buffer.from('<html>') }),
  unauthorized,
};

async function append(held: Held, body: Buffer): Promise<Answer> {
  const message: unknown = JSON.parse(body.toString());
  if (!isAppendRequest(message)) throw new OrketError('InvalidInput', 'no append');
  await held.store.append(message.lines, message);
  held.lines.splice(message.firstSeq - 1, message.lines.length, ...message.lines);
  return { status: 204, type: null, bytes: Buffer.alloc(0) };
}

function stale(newest: number, used: number): OrketError {
  return new OrketError('StaleEpoch', `attempt ${newest} has the journal, not ${used}`);
}

function unauthorized(): Answer {
  return json({ reason: 'Forbidden', message: 'the token is not valid' }, 401);
}

function json(value: object, status = 200): Answer {
  return { status, type: 'application/json', bytes: Buffer.from(JSON.stringify(value)) };
}

function page(lines: readonly string[], from: number): Answer {
  let end = from - 1;
  for (let bytes = 0; end < lines.length && bytes < pageBytes / 1024; end += 1) bytes += lines[end]?.length ?? 0;
  const text = lines.slice(from - 1, end).map((line) => `${line}\n`);
  return { status: 200, type: 'application/x-ndjson', bytes: Buffer.from(text.join('')) };
}

function refusal(error: unknown): Answer {
  if (!(error instanceof OrketError)) return { status: 500, type: null, bytes: Buffer.alloc(0) };
  return json({ reason: error.reason, message: error.summary }, error.reason === 'JournalCorrupt' ? 422 : 409);
}

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
