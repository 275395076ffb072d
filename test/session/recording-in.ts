import { join } from 'node:path';
import { folderValues, readBundleText, recordingOf, type Recording } from '#runtime';
import { folderSource } from '../../runtime/journal/source.ts';

/** A Session's folder as something to replay, whole in memory: `bundle.json`, `journal.jsonl`, `blobs.pack`. */
export async function recordingIn(dir: string): Promise<Recording> {
  const bundle = await readBundleText(join(dir, 'bundle.json'));
  const source = await folderSource(dir);
  try {
    return await recordingOf(source, bundle, folderValues(dir));
  } finally {
    await source.close();
  }
}
