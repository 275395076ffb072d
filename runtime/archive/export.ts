import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '#crds';
import { isCode } from '../journal/file-ops.ts';
import type { Anchor } from '../journal/store.ts';
import { readBundleText } from '../replay/recording.ts';
import type { ArchiveLabel } from './archive.ts';
import { writeArchive } from './write.ts';

/**
 * Writes what a Session's folder holds of it as an archive: the journal as far as its lines are whole, so that a Session
 * may be running meanwhile. Nothing is checked; `verify` the folder first. Throws `NotFound`, `Usage`.
 */
export async function exportFolder(
  dir: string,
  label: ArchiveLabel,
  anchors: readonly Anchor[],
  to: string,
): Promise<{ readonly digest: Digest }> {
  const bundle = await readBundleText(join(dir, 'bundle.json'));
  const journal = await open(join(dir, 'journal.jsonl'), 'r');
  // After the journal: whatever a record names was in the pack before the record was written.
  const end = await wholeBytes(journal);
  const blobs = await openIfThere(join(dir, 'blobs.pack'));
  try {
    return await writeArchive(to, {
      label,
      bundle,
      anchors,
      journal: { file: journal, from: 0, end },
      blobs: blobs === null ? null : { file: blobs, from: 0, end: (await blobs.stat()).size },
    });
  } finally {
    await journal.close();
    await blobs?.close();
  }
}

const chunkBytes = 64 * 1024;

/** Where the last line that is whole ends. */
async function wholeBytes(file: FileHandle): Promise<number> {
  for (let end = (await file.stat()).size; end > 0; end -= chunkBytes) {
    const from = Math.max(0, end - chunkBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    const newline = buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (newline !== -1) return from + newline + 1;
  }
  return 0;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}
