import { afterEach, expect, it } from 'vitest';
import type { BundleStep } from '#crds';
import { bundleOf, roleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';

const rigs: SessionRig[] = [];

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.dispose();
});

/** How often a replay of so many steps asks a record where it is. */
async function looks(steps: number, step: BundleStep): Promise<number> {
  const rig = new SessionRig(
    bundleOf({
      roles: [roleOf({ limits: { calls: 5 } })],
      steps: Array.from({ length: steps }, (_none, index) => ({ ...step, id: `s${index}` })),
      replies: [{ text: 'Done.' }],
    }),
  );
  rigs.push(rig);
  expect(await rig.run()).toMatchObject({ status: 'succeeded' });
  let count = 0;
  const records = (await rig.records()).map(
    (record) =>
      new Proxy(record, {
        get: (target, name, receiver): unknown => {
          if (name === 'path') count += 1;
          return Reflect.get(target, name, receiver);
        },
      }),
  );
  expect(await rig.replay(records)).toMatchObject({ verdict: 'same' });
  return count;
}

it.each([
  ['call a tool', stepOf({ tool: 'files.list', input: { path: '.' } })],
  ['call a role with limits of its own', stepOf({ role: 'writer', task: 'Write.' })],
])('a replay of steps that %s looks as often at each record however many there are', async (_what, step) => {
  const [some, more] = [await looks(10, step), await looks(40, step)];
  expect(more / some).toBeLessThan(4.5);
});
