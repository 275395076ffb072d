import { afterEach, expect, it } from 'vitest';
import { roleOf, stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const small = roleOf({ model: 'small', params: { maxTokens: 10 } });
const price = { model: 'small', input: '1', output: '1' };

it.each([
  ['whose model has no price', { model: 'large' }, /a limit of cost needs a price/],
  ['that may write without end', { params: {} }, /how much a turn may write/],
])('a turn %s fails under a limit of cost before it is asked, also in a replay', async (_what, parts, message) => {
  const rig = rigs.of({
    limits: { cost: '1' },
    roles: [{ ...small, ...parts }],
    steps: [stepOf({ role: 'writer', task: 'Write.' })],
    venue: { provider: 'scripted', replies: [{ text: 'Done.' }], pricing: [price] },
  });
  const { status, error, stateDigest } = await rig.run();
  expect(status).toBe('failed');
  expect(error?.message).toMatch(message);
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
});
