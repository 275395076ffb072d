import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, type Digest } from '#crds';
import { isCode } from './file-ops.ts';
import { LineReader } from './line-reader.ts';
import type { BlobRef } from './record.ts';

/** A journal to be read and not written: a Session's folder, later also an archive. */
export interface JournalSource {
  /** Whole lines in order, in pieces of bounded size. */
  lines(): AsyncIterable<readonly string[]>;
  /** After `lines` has ended: how many bytes follow the last whole line. */
  tornBytes(): number;
  /** The digest of the bytes in the place that a reference names, null where there are not as many. */
  blobDigest(ref: BlobRef): Promise<Digest | null>;
  /** The bytes in that place, null where there are not as many. */
  readBlob(ref: BlobRef): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** The journal in a Session's folder. Throws NotFound where there is none. */
export async function folderSource(dir: string): Promise<JournalSource> {
  const reader = await LineReader.open(join(dir, 'journal.jsonl')).catch((error: unknown) => {
    throw isCode(error, 'ENOENT') ? noJournal(dir, error) : error;
  });
  let torn = 0;
  let pack: FileHandle | null | undefined;
  return {
    async *lines() {
      for (let lines = await reader.next(); lines.length > 0; lines = await reader.next()) yield lines;
      torn = await reader.restBytes();
    },
    tornBytes: () => torn,
    async blobDigest(ref) {
      pack ??= await openPack(dir);
      return pack === null ? null : digestAt(pack, ref);
    },
    readBlob: (ref) => readBlobBytes(dir, ref),
    async close() {
      await reader.close();
      await pack?.close();
    },
  };
}

/** The bytes of one blob in a Session's folder, null where there are not as many. Their digest is for the caller to check. */
export async function readBlobBytes(dir: string, ref: BlobRef): Promise<Uint8Array | null> {
  const pack = await openPack(dir);
  try {
    if (pack === null || (await pack.stat()).size < ref.offset + ref.bytes) return null;
    const { buffer, bytesRead } = await pack.read(Buffer.allocUnsafe(ref.bytes), 0, ref.bytes, ref.offset);
    return bytesRead === ref.bytes ? buffer : null;
  } finally {
    await pack?.close();
  }
}

async function openPack(dir: string): Promise<FileHandle | null> {
  return open(join(dir, 'blobs.pack'), 'r').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}

const pieceBytes = 1024 * 1024;

async function digestAt(pack: FileHandle, ref: BlobRef): Promise<Digest | null> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(ref.bytes, 1)));
  for (let done = 0; done < ref.bytes;) {
    const { bytesRead } = await pack.read(piece, 0, Math.min(piece.length, ref.bytes - done), ref.offset + done);
    if (bytesRead === 0) return null;
    hash.update(piece.subarray(0, bytesRead));
    done += bytesRead;
  }
  return `sha256:${hash.digest('hex')}`;
}

function noJournal(dir: string, cause: unknown): OrketError {
  return new OrketError(
    'NotFound',
    'there is no journal',
    { at: dir, expected: 'a Session folder with journal.jsonl' },
    cause,
  );
}
