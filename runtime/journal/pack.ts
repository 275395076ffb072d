import { join } from 'node:path';
import { type Digest, digestOfBytes, OrketError } from '#crds';
import type { FileOps } from './file-ops.ts';
import { maxBlobBytes, type BlobRef } from './record.ts';

/**
 * `blobs.pack`: bytes one after another, without framing; records say where each blob is. What an attempt left behind
 * that no record names is skipped, never reused.
 */
export class Pack {
  readonly #ops: FileOps;
  readonly #dir: string;
  readonly #known = new Map<Digest, BlobRef>();
  #fd: number | null = null;
  #end = 0;
  #unsynced = false;
  /** Writes go out in order, and a sync waits for them. */
  #writes: Promise<void> = Promise.resolve();

  constructor(ops: FileOps, dir: string) {
    this.#ops = ops;
    this.#dir = dir;
  }

  /** The same place for the same bytes; concurrent puts may share one write. */
  async put(bytes: Uint8Array): Promise<BlobRef> {
    if (bytes.length > maxBlobBytes) throw tooLarge(bytes.length);
    const digest = digestOfBytes(bytes);
    const known = this.#known.get(digest);
    if (known !== undefined) {
      await this.#writes;
      return known;
    }
    const fd = this.#open();
    const ref: BlobRef = { digest, offset: this.#end, bytes: bytes.length };
    this.#known.set(digest, ref);
    this.#end += bytes.length;
    this.#unsynced = true;
    this.#writes = this.#writes.then(() => writeAll(this.#ops, fd, bytes, ref.offset));
    await this.#writes;
    return ref;
  }

  /** All bytes put so far are durable on return. Costs nothing where none are new. */
  async sync(): Promise<void> {
    if (!this.#unsynced || this.#fd === null) return;
    await this.#writes;
    this.#unsynced = false;
    await this.#ops.sync(this.#fd);
  }

  async read(ref: BlobRef): Promise<Uint8Array> {
    const fd = this.#open();
    await this.#writes;
    if (ref.offset + ref.bytes > this.#end || ref.bytes > maxBlobBytes) throw missing(ref, this.#end);
    const bytes = await this.#ops.read(fd, ref.bytes, ref.offset);
    checkBlob(bytes, ref);
    return bytes;
  }

  close(): void {
    if (this.#fd !== null) this.#ops.close(this.#fd);
    this.#fd = null;
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    const { fd, sizeBytes } = this.#ops.open(join(this.#dir, 'blobs.pack'));
    this.#fd = fd;
    this.#end = sizeBytes;
    // Also where the file was there: whoever made it may have been killed before this.
    this.#ops.syncFolder(this.#dir);
    return fd;
  }
}

/** A write that the kernel cut short goes on where it stopped; one that makes no way is an error. */
export async function writeAll(ops: FileOps, fd: number, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const count = await ops.write(fd, done === 0 ? bytes : bytes.subarray(done), position + done);
    if (count <= 0) throw new Error('a write wrote nothing');
    done += count;
  }
}

/** Throws JournalCorrupt unless the bytes are those that the reference names. */
export function checkBlob(bytes: Uint8Array, ref: BlobRef): void {
  const digest = digestOfBytes(bytes);
  if (digest !== ref.digest) throw blobError(ref, ref.digest, digest);
}

function missing(ref: BlobRef, sizeBytes: number): OrketError {
  return blobError(ref, `${ref.bytes} bytes`, `a pack of ${sizeBytes} bytes`);
}

function blobError(ref: BlobRef, expected: string, found: string): OrketError {
  return new OrketError('JournalCorrupt', 'a stored value is damaged or was changed', {
    at: `blobs.pack, offset ${ref.offset}`,
    expected,
    found,
    remedy: 'Restore blobs.pack from where the Session was copied or published.',
  });
}

function tooLarge(bytes: number): OrketError {
  return new OrketError('StorageExceeded', 'a value is too large to be recorded', {
    expected: `at most ${maxBlobBytes} bytes`,
    found: `${bytes} bytes`,
  });
}
