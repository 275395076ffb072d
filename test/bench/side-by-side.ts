import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '#crds';
import { bundleOf, reply, roleOf, stepOf } from '../session/bundles.ts';
import type { Bench, Scale } from './bench.ts';
import { sampleOf } from './sample.ts';
import { layDown, startSession } from './session-process.ts';
import type { Row } from './table.ts';
import { inFolder } from './temporary.ts';

/** At most as many as a step may have. */
const turns = 30;

export const sideBySide: Bench = {
  name: 'beside',
  title: 'Sessions side by side',
  needsBundles: true,
  notes: [
    `Each Session is a process, as on a cluster, and takes ${turns} turns of a scripted model with a call of \`files.list\` in each: a turn is six records. Turns a second are those of all Sessions together, from the start of the first process to the end of the last.`,
    'Memory is the most that one process held (VmHWM), shared pages counted for each.',
  ],
  measure: async (scale) => {
    const rows: Row[] = [];
    for (const count of scale.pick(1, 0) === 1 ? [1, 8, 64] : [1, 2]) rows.push(...(await beside(count, scale)));
    return rows;
  },
};

function bundleOfTurns(): Bundle {
  const replies = Array.from({ length: turns - 1 }, (_none, turn) =>
    reply('writer', turn + 1, { toolCalls: [{ name: 'files.list', arguments: { path: '.' } }] }),
  );
  return bundleOf({
    roles: [roleOf({ name: 'writer' })],
    steps: [stepOf({ role: 'writer', task: 'Write.' })],
    replies: [...replies, { text: 'Done.' }],
  });
}

async function beside(count: number, { pick, say }: Scale): Promise<readonly Row[]> {
  const label = `${count} ${count === 1 ? 'Session' : 'Sessions'}`;
  say(label);
  const rates: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < (count > 8 ? 1 : pick(3, 1)); round += 1) {
    await inFolder(async (folder) => {
      const folders = Array.from({ length: count }, (_none, index) => join(folder, `${index}`));
      for (const one of folders) {
        mkdirSync(one);
        layDown(one, bundleOfTurns());
      }
      const began = performance.now();
      const processes = folders.map((one) => startSession(one));
      const codes = await Promise.all(processes.map(({ ended }) => ended));
      const elapsed = performance.now() - began;
      if (codes.some((code) => code !== 0)) throw new Error(`of ${label} some did not succeed`);
      rates.push((count * turns * 1000) / elapsed);
      // One that was over before anybody looked says nothing.
      peaks.push(...processes.map(({ peakMiB }) => peakMiB()).filter((peak) => peak > 0));
    });
  }
  return [
    { what: `${label}: turns`, sample: sampleOf(rates), unit: '/s', bar: null },
    { what: `${label}: memory of each process`, sample: sampleOf(peaks), unit: 'MiB', bar: null },
  ];
}
