import { journalAgainstPayload } from '../session/payload.ts';
import type { Bench } from './bench.ts';
import { sampleOf } from './sample.ts';
import { atMost, type Row } from './table.ts';

export const journalSize: Bench = {
  name: 'size',
  title: 'Journal against payload',
  needsBundles: false,
  notes: [
    'Bytes of `journal.jsonl` and `blobs.pack` together by the bytes that the model said: turns that write files, one of which becomes an artifact, and at the end of each step an answer as long. The same every time.',
  ],
  measure: async ({ pick }) => [
    await sizeRow(3, 16 * 1024),
    await sizeRow(pick(100, 5), 4 * 1024),
    await sizeRow(pick(100, 5), 1024),
  ],
};

async function sizeRow(turns: number, bytes: number): Promise<Row> {
  const ratio = await journalAgainstPayload(turns, bytes);
  return {
    what: `${turns} model turns of ${bytes / 1024} KiB`,
    sample: sampleOf([ratio]),
    unit: 'ratio',
    bar: atMost(2.5, ratio, 'ratio'),
  };
}
