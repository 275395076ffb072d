import { expect, it } from 'vitest';
import { Rigs, twoSteps } from '../../test/session/governed.ts';
import { Ends } from './ends.ts';

it('the end of a step is found where it stands, in what has come since as well', async () => {
  const rigs = new Rigs();
  const rig = rigs.of({ steps: twoSteps });
  await rig.run();
  const records = await rig.records();
  const one = records.findIndex(({ type, path }) => type === 'step.ended' && path === 'one#1~1');
  const two = records.findIndex(({ type, path }) => type === 'step.ended' && path === 'two#1~1');
  const ends = new Ends();
  const before = records.slice(0, two);
  expect([ends.lastAt(before, 'one#1~1'), ends.lastAt(before, 'two#1~1')]).toEqual([one, -1]);
  expect([ends.lastAt(records, 'one#1~1'), ends.lastAt(records, 'two#1~1')]).toEqual([one, two]);
  rigs.dispose();
});
