import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '#crds';
import { fileStore, openJournal } from '#runtime';
import { journalAgainstPayload } from '../session/payload.ts';
import { sampleOf, type Row } from './sample.ts';

/** Durable appends against bare fdatasyncs of the same bytes on the same disk, in pairs, and opening what they wrote. */
export async function journalRows(records: number): Promise<readonly Row[]> {
  const ratios: number[] = [];
  const opens: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const dir = mkdtempSync(join(process.cwd(), '.cache', 'bench-'));
    try {
      const durableMs = await appendAll(dir, records);
      const bytes = Math.round(statSync(join(dir, 'journal.jsonl')).size / records);
      ratios.push(durableMs / bare(dir, records, bytes));
      const began = performance.now();
      const journal = await openJournal({ store: fileStore({ dir }), clock: Date.now });
      opens.push((performance.now() - began) * (10_000 / journal.records.length));
      await journal.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  const ratio = sampleOf(ratios);
  const open = sampleOf(opens);
  return [
    {
      what: 'durable record against a bare fdatasync',
      sample: ratio,
      unit: 'ratio',
      bar: { text: '1.40', held: ratio.median <= 1.4 },
    },
    {
      what: 'open and verify 10,000 records',
      sample: open,
      unit: 'ms',
      bar: { text: '150 ms', held: open.median <= 150 },
    },
    await sizeRow(3, 16 * 1024),
    await sizeRow(100, 4 * 1024),
  ];
}

/** Bytes of journal and pack against the bytes that a model said. */
async function sizeRow(turns: number, bytes: number): Promise<Row> {
  const sample = sampleOf([await journalAgainstPayload(turns, bytes)]);
  return {
    what: `journal against payload, ${turns} model turns of ${bytes / 1024} KiB`,
    sample,
    unit: 'ratio',
    bar: { text: '2.50', held: sample.median <= 2.5 },
  };
}

async function appendAll(dir: string, records: number): Promise<number> {
  const journal = await openJournal({ store: fileStore({ dir }), clock: Date.now });
  const text = 'x'.repeat(200);
  const began = performance.now();
  for (let index = 0; index < records; index += 1) {
    const value = { index, text };
    const body = {
      kind: 'tool',
      name: 'bench',
      input: await journal.record(value),
      inputDigest: digestOf(value),
    } as const;
    await journal.append({ type: 'step.started', path: `bench#${index + 1}~1`, body }, { sync: true });
  }
  const elapsed = performance.now() - began;
  await journal.close();
  return elapsed;
}

function bare(dir: string, records: number, bytes: number): number {
  const fd = openSync(join(dir, 'bare'), 'w');
  const line = Buffer.alloc(bytes, 120);
  const began = performance.now();
  for (let index = 0; index < records; index += 1) {
    writeSync(fd, line);
    fdatasyncSync(fd);
  }
  const elapsed = performance.now() - began;
  closeSync(fd);
  return elapsed;
}
