import { replay } from '#runtime';
import { SessionRig } from '../session/rig.ts';
import type { Bench, Scale } from './bench.ts';
import { bundleOfSteps, depsOn, stepsOf } from './orket-steps.ts';
import { sampleOf } from './sample.ts';
import { atMost, type Row } from './table.ts';

export const replayBench: Bench = {
  name: 'replay',
  title: 'Replay',
  needsBundles: false,
  notes: [
    'A whole Session, from its journal alone and with its records read already, to the verdict that it comes to the same state. The ratio is that of twice the steps, in time of the processor.',
  ],
  measure: async (scale) => {
    const small = await replayed(stepsOf(scale.pick(1000, 2)), scale);
    const large = await replayed(stepsOf(scale.pick(2000, 4)), scale);
    const ratio = sampleOf([large.cpuMs / small.cpuMs]);
    return [
      rowOf(small),
      rowOf(large),
      rowOf(await replayed(stepsOf(scale.pick(10_000, 6)), scale)),
      {
        what: `${large.steps} steps against ${small.steps}`,
        sample: ratio,
        unit: 'ratio',
        bar: atMost(3, ratio.median, 'ratio'),
      },
    ];
  },
};

interface Replayed {
  readonly steps: number;
  readonly ms: readonly number[];
  /** The least of the rounds. */
  readonly cpuMs: number;
}

function rowOf({ steps, ms }: Replayed): Row {
  return { what: `${steps} steps`, sample: sampleOf(ms), unit: 'ms', bar: null };
}

async function replayed(steps: number, { pick, say }: Scale): Promise<Replayed> {
  say(`replaying a Session of ${steps} steps`);
  const rig = new SessionRig(bundleOfSteps(steps));
  try {
    await rig.run(depsOn(rig.store));
    const recording = await rig.recording();
    const ms: number[] = [];
    const cpuMs: number[] = [];
    for (let round = 0; round < pick(5, 1); round += 1) {
      const began = performance.now();
      const used = process.cpuUsage();
      const { verdict } = await replay(recording);
      const { user, system } = process.cpuUsage(used);
      if (verdict !== 'same') throw new Error(`the replay ${verdict}`);
      ms.push(performance.now() - began);
      cpuMs.push((user + system) / 1000);
    }
    return { steps, ms, cpuMs: Math.min(...cpuMs) };
  } finally {
    rig.dispose();
  }
}
