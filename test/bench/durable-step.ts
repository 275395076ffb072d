import { bareDisk } from './bare-disk.ts';
import type { Bench, Scale, Stepper } from './bench.ts';
import { orketSteps, stepsOf, type OrketSteps } from './orket-steps.ts';
import { startPeers, type Absent } from './peers/start.ts';
import { interleaved, ratioOf, sampleOf } from './sample.ts';
import { atMost, type Bar, type Row } from './table.ts';
import { inFolder } from './temporary.ts';

/** By the name of a peer: how much of its time Orket may take at 100 steps. */
const bars: Readonly<Record<string, number>> = { LangGraph: 0.5, Restate: 0.25 };
/** So many steps everybody takes before anything is measured. */
const warmUp = 300;
/** A long run may cost that much more for each step than a short one. */
const flat = 1.2;

export const durableStep: Bench = {
  name: 'step',
  title: 'A durable step',
  needsBundles: false,
  notes: [
    'The same work for each: N steps, one after another, each with a result of about 200 bytes that has to be durable before the next step begins. Time is that of a whole run by N; starting processes and servers is not in it.',
    'Orket: one Session, its journal on the disk of the checkout, each step a call of a tool of risk write that does nothing: six chained records. It states its intent before, which the others do not.',
    'Bare disk: the same bytes in two writes a step, intent and outcome, each followed by fdatasync. Orket makes an outcome durable together with the next intent; how many syncs it needed stands below.',
    'LangGraph: one node in a loop, its SQLite saver over `node:sqlite`. Mastra: a chain of steps; it writes the whole run again for each. Restate: one handler with `context.run`. DBOS: one workflow with `runStep`.',
    `Settings of each peer stand in its line: all of them sync what they answer. Everybody has taken ${warmUp} steps before, so that what is measured is not the compiler of V8; what the first steps of a process cost stands in a line of its own. A ratio is the median of those of the rounds; all take part in every round, each time in another order.`,
  ],
  measure: (scale) => inFolder((folder) => measure(folder, scale)),
};

async function measure(folder: string, scale: Scale): Promise<readonly Row[]> {
  const orket = orketSteps(folder);
  const bare = bareDisk(folder);
  const first = await firstSteps(orket, bare, scale);
  const { peers, absent } = await startPeers(folder, scale);
  try {
    const all = [bare, orket, ...peers];
    for (const one of all) await one.run(stepsOf(scale.pick(warmUp, 1)));
    return [
      first,
      ...(await compared(all, 1, scale)),
      ...(await compared(all, scale.pick(100, 2), scale)),
      ...(await long(orket, bare, scale)),
      ...absent.map(({ name, why }: Absent): Row => ({ what: name, why })),
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
  }
}

/** Before anything of Orket has run: what a Session pays whose process is new. */
async function firstSteps(orket: Stepper, bare: Stepper, scale: Scale): Promise<Row> {
  const steps = stepsOf(scale.pick(100, 2));
  const [ms, bareMs] = [(await orket.run(steps)) / steps, (await bare.run(steps)) / steps];
  const what = `Orket, the first ${steps} steps of a process; beside it the bare disk`;
  return { what, sample: sampleOf([ms]), unit: 'ms', ratio: ratioOf([ms], [bareMs]), bar: null };
}

/** Every one at the same number of steps. */
async function compared(all: readonly Stepper[], wanted: number, scale: Scale): Promise<readonly Row[]> {
  const steps = stepsOf(wanted);
  scale.say(`${steps} ${steps === 1 ? 'step' : 'steps'} each`);
  const work = new Map(all.map((one) => [one.name, async () => (await one.run(steps)) / steps] as const));
  const measured = await interleaved(scale.pick(steps === 1 ? 15 : 7, 1), work);
  const orket = measured.get('Orket') ?? [];
  return all.map(({ name }): Row => {
    const values = measured.get(name) ?? [];
    const row = { what: `${name}, ${steps} ${steps === 1 ? 'step' : 'steps'}`, sample: sampleOf(values) };
    if (name === 'Orket') return { ...row, unit: 'ms', bar: null };
    const ratio = ratioOf(orket, values);
    return { ...row, unit: 'ms', ratio, bar: steps === 1 ? null : barOf(name, ratio.median) };
  });
}

function barOf(name: string, ratio: number): Bar | null {
  if (name.startsWith('bare')) return atMost(1.4, ratio, 'ratio');
  const bar = bars[name.split(' ')[0] ?? ''];
  return bar === undefined ? null : atMost(bar, ratio, 'ratio');
}

/** Whether a step costs the same after thousands of others. */
async function long(orket: OrketSteps, bare: Stepper, scale: Scale): Promise<readonly Row[]> {
  const [short, many] = [stepsOf(scale.pick(400, 2)), stepsOf(scale.pick(10_000, 51))];
  scale.say(`${many} steps`);
  let syncs = 0;
  const work = new Map([
    ['short', async () => (await orket.run(short)) / short],
    [
      'many',
      async () => {
        const ms = await orket.run(many);
        syncs = orket.syncs() / many;
        return ms / many;
      },
    ],
    ['bare', async () => (await bare.run(many)) / many],
  ]);
  const measured = await interleaved(scale.pick(3, 1), work);
  const of = (name: string): readonly number[] => measured.get(name) ?? [];
  const growth = ratioOf(of('many'), of('short'));
  const ratio = ratioOf(of('many'), of('bare'));
  return [
    { what: `Orket, ${many} steps`, sample: sampleOf(of('many')), unit: 'ms', bar: null },
    {
      what: `${bare.name}, ${many} steps`,
      sample: sampleOf(of('bare')),
      unit: 'ms',
      ratio,
      bar: atMost(1.4, ratio.median, 'ratio'),
    },
    {
      what: `a step of ${many} against one of ${short}`,
      sample: growth,
      unit: 'ratio',
      bar: atMost(flat, growth.median, 'ratio'),
    },
    { what: `syncs for each of ${many} steps`, sample: sampleOf([syncs]), unit: 'count', bar: null },
  ];
}
