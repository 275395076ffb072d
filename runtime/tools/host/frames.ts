import { bounds } from './protocol.ts';

/** One message as it goes over the wire. Throws RangeError where it is over the bound. */
export function frameOf(text: string): Uint8Array {
  const bytes = Buffer.byteLength(text);
  if (bytes > bounds.frameBytes) throw new RangeError(`a message of ${bytes} bytes, at most ${bounds.frameBytes}`);
  const frame = Buffer.allocUnsafe(4 + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.write(text, 4);
  return frame;
}

/** Takes bytes as they come and gives the messages that are whole. */
export class FrameReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #chunks: Buffer[] = [];
  #held = 0;

  /** Throws RangeError for a message over the bound, and TypeError for one that is no UTF-8. */
  push(chunk: Buffer): readonly string[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    const texts: string[] = [];
    for (let length = this.#nextLength(); length !== null; length = this.#nextLength()) {
      this.#take(4);
      texts.push(this.#decoder.decode(this.#take(length)));
    }
    return texts;
  }

  /** Whether the bytes end in the middle of a message. */
  get isBroken(): boolean {
    return this.#held > 0;
  }

  /** Length of the message that is here as a whole, null for none. */
  #nextLength(): number | null {
    if (this.#held < 4) return null;
    const [first] = this.#chunks;
    if (first === undefined || first.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = this.#chunks[0]?.readUInt32BE(0) ?? 0;
    if (length > bounds.frameBytes) throw new RangeError(`a message of ${length} bytes, at most ${bounds.frameBytes}`);
    return this.#held >= 4 + length ? length : null;
  }

  /** The first bytes of what is held; there are at least so many. */
  #take(bytes: number): Buffer {
    const [first] = this.#chunks;
    const all = first !== undefined && first.length >= bytes ? first : Buffer.concat(this.#chunks);
    if (all !== first) this.#chunks = [all];
    this.#held -= bytes;
    const rest = all.subarray(bytes);
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    return all.subarray(0, bytes);
  }
}
