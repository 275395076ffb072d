import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, parseJson, readBundle } from '#crds';
import { readBlob, readJournal } from '../journal/read.ts';
import type { JournalRecord } from '../journal/record.ts';
import { recordedValues } from '../journal/values.ts';
import type { Recording } from './replay.ts';

/**
 * A Session's folder as something to replay: `bundle.json`, `journal.jsonl`, `blobs.pack`. Every record is checked as
 * when a journal is opened. Throws `NotFound`, `JournalCorrupt`, `RuntimeUnsupported`.
 */
export async function recordingIn(dir: string): Promise<Recording> {
  const records: JournalRecord[] = [];
  for await (const read of readJournal(dir)) if (read.kind === 'record') records.push(read.record);
  const putBlob = (): Promise<never> => Promise.reject(new OrketError('Internal', 'a recording is only read'));
  const { read, readFile: readContent } = recordedValues({ putBlob, readBlob: (ref) => readBlob(dir, ref) }, new Map());
  return {
    bundle: readBundle(parseJson(await readText(join(dir, 'bundle.json')))),
    records,
    read,
    readFile: readContent,
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OrketError('NotFound', 'the recording has no bundle', { at: file }, error);
  }
}
