import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, type Digest } from '#crds';
import { isCode } from './file-ops.ts';
import { LineReader } from './line-reader.ts';
import { maxBlobBytes, type BlobRef } from './record.ts';

/** A journal to be read and not written: a Session's folder, or an archive. */
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
  const path = join(dir, 'journal.jsonl');
  const file = await openIfThere(path);
  if (file === null) throw noJournal(dir);
  let pack: Promise<FilePart | null> | null = null;
  const openPack = async (): Promise<FilePart | null> => {
    const opened = await openIfThere(join(dir, 'blobs.pack'));
    return opened === null ? null : { file: opened, from: 0, end: (await opened.stat()).size };
  };
  const source = partSource({ file, from: 0, end: Number.POSITIVE_INFINITY }, () => (pack ??= openPack()));
  return {
    ...source,
    async close() {
      await file.close();
      await (await pack)?.file.close();
    },
  };
}

/** Bytes `from` up to `end` of an open file. */
export interface FilePart {
  readonly file: FileHandle;
  readonly from: number;
  readonly end: number;
}

/** The journal and the blobs in parts of open files, which whoever opened them closes. */
export function partSource(journal: FilePart, blobs: () => Promise<FilePart | null>): Omit<JournalSource, 'close'> {
  let torn = 0;
  return {
    async *lines() {
      const reader = new LineReader(journal.file, journal.from, journal.end);
      for (let lines = await reader.next(); lines.length > 0; lines = await reader.next()) yield lines;
      torn = await reader.restBytes();
    },
    tornBytes: () => torn,
    async blobDigest(ref) {
      const pack = await blobs();
      return pack === null ? null : digestAt(pack, ref);
    },
    async readBlob(ref) {
      const pack = await blobs();
      return pack === null ? null : bytesAt(pack, ref);
    },
  };
}

/** The bytes of one blob in a Session's folder, null where there are not as many. Their digest is for the caller to check. */
export async function readBlobBytes(dir: string, ref: BlobRef): Promise<Uint8Array | null> {
  const file = await openIfThere(join(dir, 'blobs.pack'));
  try {
    return file === null ? null : await bytesAt({ file, from: 0, end: (await file.stat()).size }, ref);
  } finally {
    await file?.close();
  }
}

async function bytesAt({ file, from, end }: FilePart, { offset, bytes }: BlobRef): Promise<Uint8Array | null> {
  if (bytes > maxBlobBytes || from + offset + bytes > end) return null;
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, from + offset);
  return bytesRead === bytes ? buffer : null;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}

const pieceBytes = 1024 * 1024;

async function digestAt({ file, from, end }: FilePart, ref: BlobRef): Promise<Digest | null> {
  if (ref.bytes > maxBlobBytes || from + ref.offset + ref.bytes > end) return null;
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(ref.bytes, 1)));
  for (let done = 0; done < ref.bytes;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, ref.bytes - done), from + ref.offset + done);
    if (bytesRead === 0) return null;
    hash.update(piece.subarray(0, bytesRead));
    done += bytesRead;
  }
  return `sha256:${hash.digest('hex')}`;
}

function noJournal(dir: string): OrketError {
  return new OrketError('NotFound', 'there is no journal', {
    at: dir,
    expected: 'a Session folder with journal.jsonl',
  });
}
