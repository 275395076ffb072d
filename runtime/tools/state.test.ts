import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bundle, BundleStep, JsonObject } from '#crds';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { surviveKills } from '../../test/session/kills.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { noState } from '../state/no-state.ts';

const tools = [toolOf('state.get', 'stateGet'), toolOf('state.put', 'statePut')];
const get = (id: string): BundleStep => stepOf({ id, tool: 'state.get', input: { key: 'count' } });
const put = (id: string, input: JsonObject): BundleStep =>
  stepOf({ id, tool: 'state.put', input: { key: 'count', ...input } });

function rigOf(bundle: Bundle): SessionRig {
  const rig = new SessionRig(bundle);
  onTestFinished(() => rig.dispose());
  return rig;
}

describe('state of a Flow', () => {
  it('is there for the next Session, and a replay needs none of it', async () => {
    const first = rigOf(bundleOf({ tools, steps: [put('put', { value: { runs: 1 } })] }));
    expect(await first.run()).toMatchObject({ status: 'succeeded', result: { version: 1 } });
    const second = rigOf(bundleOf({ tools, steps: [get('get')] }));
    const { status, result, stateDigest } = await second.run({ state: first.state });
    expect({ status, result }).toEqual({ status: 'succeeded', result: { value: { runs: 1 }, version: 1 } });
    await first.state.put('count', 'changed', 1, 'somebody else');
    expect(await second.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is put once, after whichever record the Session was killed', async () => {
    await surviveKills(
      bundleOf({
        tools,
        steps: [put('one', { value: 1 }), get('got'), put('two', { value: 2, version: 1 }), get('end')],
      }),
      2,
    );
  });

  it('is not overwritten by who did not see what is there', async () => {
    const rig = rigOf(bundleOf({ tools, steps: [put('one', { value: 1 }), put('two', { value: 2 })] }));
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'StateConflict' } });
    expect(await rig.state.get('count')).toEqual({ value: 1, version: 1 });
  });

  it('is refused where none is kept, and says so', async () => {
    for (const step of [get('first'), put('first', { value: 1 })]) {
      const rig = rigOf(bundleOf({ tools, steps: [step] }));
      expect(await rig.run({ state: noState })).toMatchObject({
        status: 'failed',
        error: { reason: 'StateNotAvailable' },
      });
    }
  });

  it('never holds a secret, neither in a value nor in a key', async () => {
    const steps = [
      stepOf({ id: 'put', tool: 'state.put', input: { key: 'of-hunter2', value: { password: 'hunter2' } } }),
    ];
    const rig = rigOf(bundleOf({ tools, steps }));
    rig.secrets = new Map([['login', 'hunter2']]);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(await rig.state.get('of-hunter2')).toEqual({ value: null, version: 0 });
    expect(await rig.state.get('of-‹secret:login›')).toEqual({ value: { password: '‹secret:login›' }, version: 1 });
  });
});
