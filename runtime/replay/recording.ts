import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, parseJson, readBundle, type Bundle } from '#crds';
import { folderValues, readJournal } from '../journal/read.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Values } from '../journal/values.ts';

/** A Session as it was left: its bundle, its records in order, and what they hold or name. */
export interface Recording extends Pick<Values, 'read' | 'readFile'> {
  readonly bundle: Bundle;
  readonly records: readonly JournalRecord[];
}

/**
 * A Session's folder as something to replay: `bundle.json`, `journal.jsonl`, `blobs.pack`. Every record is checked as
 * when a journal is opened. Throws `NotFound`, `JournalCorrupt`, `RuntimeUnsupported`.
 */
export async function recordingIn(dir: string): Promise<Recording> {
  const records: JournalRecord[] = [];
  for await (const read of readJournal(dir)) if (read.kind === 'record') records.push(read.record);
  const values = folderValues(dir);
  for (const record of records) values.add(record);
  return {
    bundle: readBundle(parseJson(await readText(join(dir, 'bundle.json')))),
    records,
    read: values.read,
    readFile: values.readFile,
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OrketError('NotFound', 'the recording has no bundle', { at: file }, error);
  }
}
