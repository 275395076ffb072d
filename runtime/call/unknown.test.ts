import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { chainLines } from '../../test/conformance/store-samples.ts';
import { beginning } from '../journal/chain.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

describe('a call whose effect cannot be repeated', () => {
  it('is not made again where its outcome is unknown', async () => {
    rig = new SessionRig(bundleOf({ steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'x' } })] }));
    rig.store.dieAfter = 4;
    await rig.run().catch(() => undefined);
    const [started, attempt, step, intent] = await rig.records();
    if (started === undefined || attempt === undefined || step === undefined || intent?.type !== 'call.intent')
      throw new Error('not killed after the intent');
    // As a tool of another kind would have asked.
    const asked = { ...intent, body: { ...intent.body, recovery: 'unknown' as const } };
    rig.store.lines.splice(0, 4, ...chainLines([started, attempt, step, asked], { place: { ...beginning } }).lines);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    await expect(rig.run()).rejects.toMatchObject({ reason: 'OutcomeUnknown' });
    expect((await rig.records()).filter(({ type }) => type === 'call.intent')).toHaveLength(1);
    await expect(rig.run()).rejects.toMatchObject({ reason: 'OutcomeUnknown' });
  });
});
