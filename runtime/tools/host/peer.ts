import type { Duplex } from 'node:stream';
import { isJsonObject, OrketError, parseJson, type JsonObject, type JsonValue, type Reason } from '#crds';
import { FrameReader, frameOf } from './frames.ts';
import { bounds, errorCodes } from './protocol.ts';

/** What the other side may ask and tell. A rejection with an OrketError is an answer that it can read. */
export interface Served {
  request(method: string, params: JsonObject, size: number): Promise<JsonValue>;
  /** `size` is that of the whole message, in characters. */
  note(method: string, params: JsonObject, size: number): void;
}

interface Pending {
  readonly resolve: (value: JsonValue) => void;
  readonly reject: (error: unknown) => void;
}

/** The answer that a tool failed, or what it asked for did, as the other side tells it: not believed yet. */
export class Refused extends Error {
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** The runtime's end of the wire to one host. Everything that breaks the protocol ends it. */
export class Peer {
  readonly #stream: Duplex;
  readonly #served: Served;
  readonly #broken: (error: OrketError) => void;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #unanswered = 0;
  #end: OrketError | null = null;

  /** `broken` is called once, when nothing more can come of this wire but through `fail`. */
  constructor(stream: Duplex, served: Served, broken: (error: OrketError) => void) {
    this.#stream = stream;
    this.#served = served;
    this.#broken = broken;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', () => this.fail(brokenWire('the wire to the host broke')));
  }

  request(method: string, params: JsonValue): Promise<JsonValue> {
    if (this.#end !== null) return Promise.reject(this.#end);
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<JsonValue>();
    this.#pending.set(id, { resolve, reject });
    try {
      this.#send({ jsonrpc: '2.0', id, method, params });
    } catch (error) {
      this.#pending.delete(id);
      reject(error);
    }
    return promise;
  }

  notify(method: string, params: JsonValue): void {
    if (this.#end === null) this.#send({ jsonrpc: '2.0', method, params });
  }

  /** Ends the wire: everything that waits for an answer fails with this. */
  fail(error: OrketError): void {
    if (this.#end !== null) return;
    this.#end = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#stream.destroy();
    this.#broken(error);
  }

  #send(message: JsonObject): void {
    let frame: Uint8Array;
    try {
      frame = frameOf(JSON.stringify(message));
    } catch (error) {
      throw new OrketError('ToolHostFailed', 'what a tool was to be given is too large', {}, error);
    }
    this.#stream.write(frame);
    if (this.#stream.writableLength > bounds.unreadBytes) this.fail(brokenWire('the host does not read'));
  }

  #read(chunk: Buffer): void {
    try {
      for (const text of this.#reader.push(chunk)) {
        if (this.#end !== null) return;
        this.#take(parseJson(text, { bytes: bounds.frameBytes, depth: bounds.depth }), text.length);
      }
    } catch (error) {
      const found = error instanceof Error ? error.message : 'something else';
      this.fail(
        error instanceof BrokenMessage ? error.error : brokenWire('the host sent a broken frame', found, error),
      );
    }
  }

  #take(message: JsonValue, size: number): void {
    if (!isJsonObject(message) || message['jsonrpc'] !== '2.0') throw new BrokenMessage('no JSON-RPC 2.0');
    const { id, method, params } = message;
    if (typeof method !== 'string') return this.#answered(message);
    if (!isJsonObject(params)) throw new BrokenMessage('params that are no object');
    if (id === undefined) return this.#served.note(method, params, size);
    if (typeof id !== 'number') throw new BrokenMessage('an id that is no number');
    this.#unanswered += 1;
    if (this.#unanswered > bounds.unanswered) throw new BrokenMessage(`over ${bounds.unanswered} unanswered requests`);
    void this.#answer(id, this.#served.request(method, params, size));
  }

  async #answer(id: number, asked: Promise<JsonValue>): Promise<void> {
    const answer = await asked.then(
      (result) => ({ jsonrpc: '2.0', id, result }),
      (error: unknown) => ({ jsonrpc: '2.0', id, error: errorBodyOf(error) }),
    );
    this.#unanswered -= 1;
    if (this.#end !== null) return;
    try {
      this.#send(answer);
    } catch (error) {
      this.#send({ jsonrpc: '2.0', id, error: errorBodyOf(error) });
    }
  }

  #answered({ id, result, error }: JsonObject): void {
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (pending === undefined || typeof id !== 'number') throw new BrokenMessage('an answer to nothing');
    this.#pending.delete(id);
    if (error === undefined && result !== undefined) return pending.resolve(result);
    if (!isJsonObject(error)) throw new BrokenMessage('an answer without result and error');
    pending.reject(refusedOf(error));
  }
}

class BrokenMessage extends Error {
  readonly error: OrketError;

  constructor(found: string) {
    super(found);
    this.error = brokenWire('the host broke the protocol', found);
  }
}

function brokenWire(summary: string, found?: string, cause?: unknown): OrketError {
  return new OrketError('ToolHostFailed', summary, found === undefined ? {} : { found }, cause);
}

function errorBodyOf(error: unknown): JsonObject {
  const reason: Reason = error instanceof OrketError ? error.reason : 'Internal';
  const message = error instanceof OrketError ? error.message : 'the runtime failed';
  return { code: errorCodes.failed, message: message.toWellFormed(), data: { reason } };
}

function refusedOf(error: JsonValue | undefined): Refused {
  const { message, data } = isJsonObject(error) ? error : {};
  const reason = isJsonObject(data) ? data['reason'] : undefined;
  return new Refused(
    typeof message === 'string' ? message : 'the tool told no error',
    typeof reason === 'string' ? reason : 'ToolFailed',
  );
}
