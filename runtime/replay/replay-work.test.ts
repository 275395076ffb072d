import { afterEach, expect, it } from 'vitest';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';

const rigs: SessionRig[] = [];

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.dispose();
});

/** How often a replay of so many steps that each call a tool asks a record where it is. */
async function looks(steps: number): Promise<number> {
  const list = stepOf({ tool: 'files.list', input: { path: '.' } });
  const rig = new SessionRig(
    bundleOf({
      steps: Array.from({ length: steps }, (_none, index) => ({ ...list, id: `s${index}` })),
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

it('a replay looks as often at each record however many there are', async () => {
  const [some, more] = [await looks(10), await looks(40)];
  expect(more / some).toBeLessThan(4.5);
});
