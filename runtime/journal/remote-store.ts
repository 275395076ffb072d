import { digestOfBytes, OrketError, parseJson, type JsonValue } from '#crds';
import { corrupt } from './chain.ts';
import { frame } from './framing.ts';
import { checkBlob } from './pack.ts';
import { maxBlobBytes, maxLineBytes, type BlobRef } from './record.ts';
import { RemoteClient, type RemoteOptions, type RemoteRequest } from './remote-client.ts';
import { isBlobRef, isOpenAnswer, pageBytes, remotePaths, type AppendRequest } from './remote-protocol.ts';
import type { AppendOptions, JournalStore, Opened } from './store.ts';

/** A Session as its pod sees it through the gateway. */
export interface RemoteSession {
  readonly store: JournalStore;
  /** As it came: the caller validates it. */
  bundle(): Promise<JsonValue>;
  /** As it came: the caller validates it. */
  launch(): Promise<JsonValue>;
}

const maxDocumentBytes = 64 * 1024 * 1024;
const smallBytes = 64 * 1024;

/**
 * The journal, bundle and launch of the Session `uid`, kept by the gateway. Every request waits for a gateway that is
 * away; the store throws StaleEpoch and HeadMismatch when another attempt has taken over.
 */
export function remoteSession(uid: string, options: RemoteOptions): RemoteSession {
  const client = new RemoteClient(options);
  const document = async (path: string): Promise<JsonValue> => {
    const bytes = await client.send({
      method: 'GET',
      path,
      answer: { type: 'application/json', maxBytes: maxDocumentBytes },
    });
    return parseJson(Buffer.from(bytes).toString('utf8'), { bytes: maxDocumentBytes });
  };
  return {
    store: new RemoteStore(uid, client),
    bundle: () => document(remotePaths.bundle(uid)),
    launch: () => document(remotePaths.launch(uid)),
  };
}

class RemoteStore implements JournalStore {
  readonly #uid: string;
  readonly #client: RemoteClient;

  constructor(uid: string, client: RemoteClient) {
    this.#uid = uid;
    this.#client = client;
  }

  async open(): Promise<Opened> {
    const answer = await this.#json({ method: 'POST', path: remotePaths.open(this.#uid) });
    if (!isOpenAnswer(answer)) throw wrongAnswer('journal/open');
    const { epoch, torn, previousIsDead, seq } = answer;
    return { lines: await this.#lines(seq), epoch, torn, previousIsDead, anchors: [] };
  }

  async append(lines: readonly string[], options: AppendOptions): Promise<void> {
    const { epoch, firstSeq, expectedHead, sync } = options;
    const message: AppendRequest = { epoch, firstSeq, expectedHead, sync, lines };
    const bytes = Buffer.from(JSON.stringify(message));
    const body = { type: 'application/json', bytes } as const;
    const path = remotePaths.append(this.#uid);
    await this.#client.send({ method: 'POST', path, body, answer: { type: null, maxBytes: smallBytes } });
  }

  async putBlob(bytes: Uint8Array): Promise<BlobRef> {
    const digest = digestOfBytes(bytes);
    const path = remotePaths.blob(this.#uid, digest);
    const answer = await this.#json({ method: 'PUT', path, body: { type: 'application/octet-stream', bytes } });
    if (!isBlobRef(answer) || answer.digest !== digest || answer.bytes !== bytes.length) throw wrongAnswer('blobs');
    return { digest, offset: answer.offset, bytes: bytes.length };
  }

  async readBlob(ref: BlobRef): Promise<Uint8Array> {
    const answer = { type: 'application/octet-stream', maxBytes: Math.min(ref.bytes, maxBlobBytes) };
    const bytes = await this.#client.send({ method: 'GET', path: remotePaths.blobBytes(this.#uid, ref), answer });
    checkBlob(bytes, ref);
    return bytes;
  }

  /** The gateway holds the journal and shows its head itself. */
  async anchor(): Promise<void> {}

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #lines(seq: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < seq) {
      const path = remotePaths.lines(this.#uid, lines.length + 1);
      const answer = { type: 'application/x-ndjson', maxBytes: pageBytes + maxLineBytes };
      const bytes = await this.#client.send({ method: 'GET', path, answer });
      const page = frame(bytes);
      if (page.lines.length === 0 || page.wholeBytes < bytes.length) {
        throw corrupt({ seq: lines.length + 1, field: 'line', expected: 'whole lines', found: 'a page without' });
      }
      lines.push(...page.lines);
    }
    return lines;
  }

  async #json(message: Omit<RemoteRequest, 'answer'>): Promise<JsonValue> {
    const answer = { type: 'application/json', maxBytes: smallBytes };
    return parseJson(Buffer.from(await this.#client.send({ ...message, answer })).toString('utf8'));
  }
}

function wrongAnswer(at: string): OrketError {
  return new OrketError('Internal', 'the gateway answers something else than was asked for', { at });
}
