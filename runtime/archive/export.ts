import { open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Digest, JsonObject } from '#crds';
import { isCode } from '../journal/file-ops.ts';
import type { JournalRecord } from '../journal/record.ts';
import { readBundleText } from '../replay/recording.ts';
import { isSessionName } from './archive.ts';
import { writeArchive } from './write.ts';

/**
 * Writes what a Session's folder holds of it as an archive: the journal as far as its lines are whole, so that a Session
 * may be running meanwhile. `started` is how its journal begins. Nothing is checked; `verify` the folder first. Throws `NotFound`, `Usage`.
 */
export async function exportFolder(
  dir: string,
  started: Pick<JournalRecord<'session.started'>['body'], 'uid' | 'provenance'>,
  to: string,
): Promise<{ readonly digest: Digest }> {
  const bundle = await readBundleText(join(dir, 'bundle.json'));
  const journal = await open(join(dir, 'journal.jsonl'), 'r');
  // After the journal: whatever a record names was in the pack before the record was written.
  const end = await wholeBytes(journal);
  const blobs = await openIfThere(join(dir, 'blobs.pack'));
  try {
    return await writeArchive(to, {
      label: { archiveVersion: 1, session: { name: nameOf(started.provenance, dir), uid: started.uid } },
      bundle,
      journal: { file: journal, from: 0, end },
      blobs: blobs === null ? null : { file: blobs, from: 0, end: (await blobs.stat()).size },
    });
  } finally {
    await journal.close();
    await blobs?.close();
  }
}

/** By its journal, as the folder may be a copy; a journal that says no name goes by that of its folder. */
function nameOf({ session }: JsonObject, dir: string): string {
  return [session, basename(dir)].find(isSessionName) ?? 'session';
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
