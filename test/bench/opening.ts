import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '#crds';
import { fileStore } from '#runtime';
import { openJournal } from '../../runtime/journal/journal.ts';
import { appendSynced } from './bare-disk.ts';
import type { Bench, Scale } from './bench.ts';
import { bundleOfSteps, depsOn, stepsOf } from './orket-steps.ts';
import { interleaved, ratioOf, sampleOf } from './sample.ts';
import { SessionRig } from '../session/rig.ts';
import { atMost, type Row } from './table.ts';
import { inFolder } from './temporary.ts';

export const opening: Bench = {
  name: 'journal',
  title: 'The journal',
  needsBundles: false,
  notes: [
    'A durable record is one line of about 550 bytes, written and synced before the next, against as many writes and fdatasyncs of as many bytes to another file of the same disk.',
    'Opening reads and checks everything that a line says of itself: framing, canonical form, shape, chain. It is what a resume begins with. A step is six records and more, so a Session of 10,000 steps has over 60,000.',
  ],
  measure: (scale) => inFolder((folder) => measure(folder, scale)),
};

async function measure(folder: string, scale: Scale): Promise<readonly Row[]> {
  return [await appending(folder, scale), ...(await opened(folder, scale)), ...(await openedSteps(folder, scale))];
}

async function appending(folder: string, { pick, say }: Scale): Promise<Row> {
  const records = pick(1000, 5);
  say(`${records} durable records`);
  let bytes = 550;
  const work = new Map([
    [
      'orket',
      async () => {
        const dir = mkdtempSync(join(folder, 'journal-'));
        const elapsed = await appendRecords(dir, records, true);
        bytes = Math.round(statSync(join(dir, 'journal.jsonl')).size / records);
        rmSync(dir, { recursive: true });
        return elapsed / records;
      },
    ],
    ['bare', async () => appendSynced(folder, records, bytes) / records],
  ]);
  const measured = await interleaved(pick(9, 1), work);
  const orket = measured.get('orket') ?? [];
  const ratio = ratioOf(orket, measured.get('bare') ?? []);
  return {
    what: 'a durable record; beside it as many bare fdatasyncs',
    sample: sampleOf(orket),
    unit: 'ms',
    ratio,
    bar: atMost(1.4, ratio.median, 'ratio'),
  };
}

async function opened(folder: string, { pick, say }: Scale): Promise<readonly Row[]> {
  const records = pick(10_000, 20);
  say(`opening ${records} records`);
  const dir = mkdtempSync(join(folder, 'journal-'));
  await appendRecords(dir, records, false);
  const sample = sampleOf(await openings(dir, pick(9, 1)));
  return [{ what: `open and verify ${records} records`, sample, unit: 'ms', bar: atMost(150, sample.median, 'ms') }];
}

/** Of a Session as it is, with all that its steps recorded. */
async function openedSteps(folder: string, { pick, say }: Scale): Promise<readonly Row[]> {
  const steps = stepsOf(pick(10_000, 2));
  say(`opening a Session of ${steps} steps`);
  const dir = mkdtempSync(join(folder, 'session-'));
  const rig = new SessionRig(bundleOfSteps(steps));
  try {
    const store = fileStore({ dir });
    await rig.run(
      depsOn({
        open: () => store.open(),
        // What is measured is reading: nothing has to be durable.
        append: (lines, options) => store.append(lines, { ...options, sync: false }),
        putBlob: (bytes) => store.putBlob(bytes),
        readBlob: (ref) => store.readBlob(ref),
        anchor: (anchor) => store.anchor(anchor),
        close: () => store.close(),
      }),
    );
  } finally {
    rig.dispose();
  }
  const sample = sampleOf(await openings(dir, pick(5, 1)));
  return [
    { what: `open and verify a Session of ${steps} steps`, sample, unit: 'ms', bar: atMost(150, sample.median, 'ms') },
  ];
}

async function openings(dir: string, times: number): Promise<readonly number[]> {
  const measured: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const began = performance.now();
    const journal = await openJournal({ store: fileStore({ dir }), clock: Date.now });
    measured.push(performance.now() - began);
    await journal.close();
  }
  return measured;
}

async function appendRecords(dir: string, records: number, sync: boolean): Promise<number> {
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
    await journal.append({ type: 'step.started', path: `bench#${index + 1}~1`, body }, { sync });
  }
  const elapsed = performance.now() - began;
  await journal.close();
  return elapsed;
}
