import { digestOfBytes, OrketError, type Digest } from '#crds';
import type { AppendOptions, BlobRef, JournalStore, Opened } from '#runtime';

/** A journal in memory that outlives its attempts, and can die under them. */
export class MemoryStore implements JournalStore {
  readonly lines: string[] = [];
  readonly #blobs = new Map<Digest, { readonly ref: BlobRef; readonly bytes: Uint8Array }>();
  #packBytes = 0;
  #epoch = 0;
  /** Lines that may still be written before everything fails, as when the process is killed there. */
  dieAfter = Number.POSITIVE_INFINITY;
  previousIsDead = true;

  async open(): Promise<Opened> {
    this.#epoch += 1;
    const lines = [...this.lines];
    return { lines, epoch: this.#epoch, torn: null, previousIsDead: this.previousIsDead, anchors: [] };
  }

  async append(lines: readonly string[], { epoch, firstSeq }: AppendOptions): Promise<void> {
    if (epoch !== this.#epoch) throw new OrketError('StaleEpoch', 'another attempt has taken over');
    if (firstSeq + lines.length - 1 === this.lines.length) return;
    for (const line of lines) {
      if (this.lines.length >= this.dieAfter) throw new OrketError('JournalWriteFailed', 'the process was killed');
      this.lines.push(line);
    }
  }

  async putBlob(bytes: Uint8Array): Promise<BlobRef> {
    const digest = digestOfBytes(bytes);
    const known = this.#blobs.get(digest);
    if (known !== undefined) return known.ref;
    const ref = { digest, offset: this.#packBytes, bytes: bytes.length };
    this.#packBytes += bytes.length;
    this.#blobs.set(digest, { ref, bytes: bytes.slice() });
    return ref;
  }

  async readBlob({ digest }: BlobRef): Promise<Uint8Array> {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw new OrketError('JournalCorrupt', 'no such blob');
    return blob.bytes;
  }

  /** What `blobs.pack` would hold. */
  packBytes(): Uint8Array {
    return Buffer.concat([...this.#blobs.values()].map(({ bytes }) => bytes));
  }

  async anchor(): Promise<void> {}
  async close(): Promise<void> {}
}
