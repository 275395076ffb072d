import { open } from 'node:fs/promises';
import { OrketError, parseJson, readBundle, type Bundle } from '#crds';
import type { JournalRecord } from '../journal/record.ts';
import { recordsOf, valuesOf } from '../journal/source-records.ts';
import type { JournalSource } from '../journal/source.ts';
import type { RecordedValues, Values } from '../journal/values.ts';

/** A Session as it was left: its bundle, its records in order, and what they hold or name. */
export interface Recording extends Pick<Values, 'read' | 'readFile'> {
  readonly bundle: Bundle;
  readonly records: readonly JournalRecord[];
}

/** Of a bundle as JSON text. */
export const maxBundleBytes = 64 * 1024 * 1024;

/** A recording from wherever a journal is kept. It reads from the source, and is of no use once that is closed. */
export async function recordingOf(
  source: JournalSource,
  bundle: string,
  values: RecordedValues = valuesOf(source),
): Promise<Recording> {
  const records: JournalRecord[] = [];
  for await (const found of recordsOf(source)) {
    if (found.kind !== 'record') continue;
    records.push(found.record);
    values.add(found.record);
  }
  return { bundle: readBundle(parseJson(bundle)), records, read: values.read, readFile: values.readFile };
}

/** Throws `NotFound` where there is none, `BundleMismatch` for one that is longer than any. */
export async function readBundleText(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new OrketError('NotFound', 'the recording has no bundle', { at: path }, error);
  });
  try {
    const { size } = await file.stat();
    if (size <= maxBundleBytes) return await file.readFile('utf8');
    const detail = { at: path, expected: `at most ${maxBundleBytes} bytes`, found: `${size} bytes` };
    throw new OrketError('BundleMismatch', 'this is no bundle', detail);
  } finally {
    await file.close();
  }
}
