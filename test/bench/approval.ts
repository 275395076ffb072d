import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '#crds';
import { sendToInbox, systemPeople } from '#runtime';
import { chooseGate, readGates } from '../../cli/people/gates.ts';
import { bundleOf, stepOf, toolOf } from '../session/bundles.ts';
import type { Bench } from './bench.ts';
import { sampleOf } from './sample.ts';
import { layDown, startSession } from './session-process.ts';
import { atMost } from './table.ts';
import { inFolder } from './temporary.ts';

export const approval: Bench = {
  name: 'approval',
  title: 'From a decision to the next tool',
  needsBundles: true,
  notes: [
    'A real session process waits at a gate of a destructive call; a decision is put into its inbox folder (written, synced, renamed, folder synced), which it watches. Time runs from before that to the intent of the call as the process tells it: reading, checking and recording the decision and the intent, each durable, are in it.',
  ],
  measure: async (scale) => {
    const decisions = scale.pick(60, 2);
    scale.say(`${decisions} decisions`);
    const sample = sampleOf(
      (await inFolder((folder) => decided(join(folder, 'session'), decisions))).slice(scale.pick(3, 0)),
    );
    return [
      {
        what: 'decision to the intent of the next tool: median, p99',
        sample,
        unit: 'ms',
        bar: atMost(200, sample.p99, 'ms'),
      },
    ];
  },
};

function bundleOfGates(count: number): Bundle {
  return bundleOf({
    roles: [],
    tools: [toolOf('state.put', 'statePut', 'destructive')],
    steps: Array.from({ length: count }, (_none, index) =>
      stepOf({ id: `s${index + 1}`, tool: 'state.put', input: { key: `k${index + 1}`, value: index } }),
    ),
  });
}

async function decided(folder: string, count: number): Promise<readonly number[]> {
  mkdirSync(folder);
  layDown(folder, bundleOfGates(count));
  const from = systemPeople(process.getuid?.() ?? 0);
  const measured: number[] = [];
  let began = Number.NaN;
  const session = startSession(folder, ({ seq, record }) => {
    if (record === 'gate.opened') {
      void (async () => {
        const gate = chooseGate(await readGates(folder), `g${seq}`, 'bench');
        began = performance.now();
        sendToInbox(join(folder, 'inbox'), {
          kind: 'decision',
          id: `d${seq}`,
          from,
          gate: gate.id,
          gateDigest: gate.digest,
          verdict: 'approve',
          note: '',
        });
      })();
    }
    if (record === 'call.intent') measured.push(performance.now() - began);
  });
  if ((await session.ended) !== 0) throw new Error('the Session did not succeed');
  return measured;
}
