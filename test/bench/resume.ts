import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileStore, type JournalStore } from '#runtime';
import { SessionRig } from '../session/rig.ts';
import type { Bench, Scale } from './bench.ts';
import { bundleOfSteps, depsOn, stepsOf } from './orket-steps.ts';
import { sampleOf } from './sample.ts';
import { layDown, startSession } from './session-process.ts';
import { bundleOf, reply, roleOf, stepOf } from '../session/bundles.ts';
import { atMost, type Row } from './table.ts';
import { inFolder } from './temporary.ts';

export const resume: Bench = {
  name: 'resume',
  title: 'Resume after a crash',
  needsBundles: true,
  notes: [
    'In process: a Session that was broken off half-way is opened, checked, its files rebuilt and its history taken from the journal, until the tool of the next step is called. What was done is not done again.',
    'As a process: the session process is killed with SIGKILL in its half, a new one is started; from there to the next record that is new. Starting Node is in it.',
  ],
  measure: async (scale) => [
    await inProcess(stepsOf(scale.pick(100, 2)), scale),
    await inProcess(stepsOf(scale.pick(1000, 3)), scale),
    await killed(scale),
  ],
};

async function inProcess(steps: number, { pick, say }: Scale): Promise<Row> {
  say(`resuming a Session of ${steps} steps`);
  const measured: number[] = [];
  for (let round = 0; round < pick(7, 1); round += 1) measured.push(await inFolder((folder) => resumed(folder, steps)));
  const sample = sampleOf(measured);
  return {
    what: `to the next tool, half of ${steps} steps done`,
    sample,
    unit: 'ms',
    bar: steps > 100 ? null : atMost(50, sample.median, 'ms'),
  };
}

async function resumed(dir: string, steps: number): Promise<number> {
  const rig = new SessionRig(bundleOfSteps(steps));
  try {
    let puts = 0;
    const dies = (): void => {
      puts += 1;
    };
    await rig
      .run(
        depsOn(
          dyingStore(dir, () => puts > steps / 2),
          dies,
        ),
      )
      .catch(() => {});
    let ms = Number.NaN;
    const began = performance.now();
    const { status } = await rig.run(
      depsOn(fileStore({ dir }), () => {
        if (Number.isNaN(ms)) ms = performance.now() - began;
      }),
    );
    if (status !== 'succeeded') throw new Error(`the Session ${status}`);
    return ms;
  } finally {
    rig.dispose();
  }
}

/** A journal that takes nothing more from some moment on, as that of a process that was killed. */
function dyingStore(dir: string, isDead: () => boolean): JournalStore {
  const store = fileStore({ dir });
  return {
    open: () => store.open(),
    append: async (lines, options) => {
      if (isDead()) throw new Error('killed');
      await store.append(lines, options);
    },
    putBlob: (bytes) => store.putBlob(bytes),
    readBlob: (ref) => store.readBlob(ref),
    anchor: (anchor) => store.anchor(anchor),
    close: () => store.close(),
  };
}

async function killed({ pick, say }: Scale): Promise<Row> {
  say('killing session processes');
  const measured: number[] = [];
  for (let round = 0; round < pick(7, 1); round += 1) {
    measured.push(await inFolder((folder) => afterKill(join(folder, 'session'))));
  }
  return {
    what: 'a new process, from its start to the next new record',
    sample: sampleOf(measured),
    unit: 'ms',
    bar: null,
  };
}

/** Twenty turns of a model that takes its time in the middle, where the process is killed. */
async function afterKill(folder: string): Promise<number> {
  mkdirSync(folder);
  const turns = 20;
  const replies = Array.from({ length: turns - 1 }, (_none, turn) =>
    reply('writer', turn + 1, {
      toolCalls: [{ name: 'files.list', arguments: { path: '.' } }],
      ...(turn === 10 ? { delaySeconds: 1 } : {}),
    }),
  );
  layDown(
    folder,
    bundleOf({
      roles: [roleOf({ name: 'writer' })],
      steps: [stepOf({ role: 'writer', task: 'Write.' })],
      replies: [...replies, { text: 'Done.' }],
    }),
  );
  let last = 0;
  const first = startSession(folder, ({ seq, record, path }) => {
    last = seq;
    if (record === 'model.request' && path.includes('/t11~')) first.child.kill('SIGKILL');
  });
  await first.ended;
  let ms = Number.NaN;
  const began = performance.now();
  const second = startSession(folder, ({ seq }) => {
    if (seq > last && Number.isNaN(ms)) ms = performance.now() - began;
  });
  if ((await second.ended) !== 0) throw new Error('the Session did not succeed after the kill');
  return ms;
}
