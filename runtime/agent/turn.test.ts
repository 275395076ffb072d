import { afterEach, describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import { answering } from '../../test/session/answering.ts';
import { bundleOf } from '../../test/session/bundles.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { ModelError } from '../models/model-error.ts';

const rigs: SessionRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

function rigOf(parts: Parameters<typeof bundleOf>[0] = {}): SessionRig {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
}

describe('a model server that fails', () => {
  it('is asked again where it says that nothing happened, with growing pauses', async () => {
    const rig = rigOf();
    const busy = new OrketError('ModelBusy', 'too many requests');
    const asked = answering(rig, [busy, busy, { text: 'Done.' }]);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(asked).toHaveLength(3);
    expect(rig.waitedMs).toBeGreaterThan(250 + 1_000);
    expect(rig.waitedMs).toBeLessThan(500 + 2_000 + 1);
    const records = await rig.records();
    expect(outline(records).filter((line) => line.startsWith('model.'))).toEqual([
      'model.request first#1~1/t1~1',
      'model.response first#1~1/t1~1',
      'model.request first#1~1/t1~2',
      'model.response first#1~1/t1~2',
      'model.request first#1~1/t1~3',
      'model.response first#1~1/t1~3',
    ]);
  });

  it('is given the time that it asks for, and the next try is told which back end failed', async () => {
    const rig = rigOf();
    const busy = new ModelError(new OrketError('ModelBusy', 'too many requests'), {
      retryAfterMs: 20_000,
      backend: 'one',
      tried: [{ backend: 'two', error: new OrketError('ModelUnreachable', 'gone') }],
    });
    const avoided: (readonly string[])[] = [];
    answering(rig, [busy, { text: 'Done.' }], ({ avoid }) => avoided.push([...avoid]));
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(rig.waitedMs).toBe(20_000);
    expect(avoided).toEqual([[], ['one']]);
    const [failed] = (await rig.records()).flatMap((record) => (record.type === 'model.response' ? [record.body] : []));
    expect(failed).toMatchObject({
      backend: 'one',
      retryAfterMs: 20_000,
      tried: [{ backend: 'two', error: { reason: 'ModelUnreachable', message: 'gone' } }],
    });
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('is asked as often as the Venue says', async () => {
    const venue = { provider: 'scripted', replies: [{ text: 'x' }] } as const;
    const rig = rigOf({ venue: { ...venue, retry: { maxAttempts: 5, initialSeconds: 2, factor: 1 } } });
    const asked = answering(rig, [new OrketError('ModelBusy', 'busy')]);
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelBusy' } });
    expect(asked).toHaveLength(5);
    expect(rig.waitedMs).toBeGreaterThanOrEqual(4 * 1_000);
    expect(rig.waitedMs).toBeLessThanOrEqual(4 * 2_000);
  });

  it('is not asked again where that cannot help', async () => {
    const rig = rigOf();
    const asked = answering(rig, [new OrketError('ModelRefused', 'unknown model')]);
    expect(await rig.run()).toMatchObject({
      status: 'failed',
      error: { reason: 'ModelRefused', message: 'unknown model' },
    });
    expect(asked).toHaveLength(1);
  });

  it('has tries counted over attempts of the Session', async () => {
    const rig = rigOf();
    const asked = answering(rig, [new OrketError('ModelBusy', 'busy')]);
    rig.store.dieAfter = 7;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelBusy' } });
    // The second was asked and its answer lost, so it was asked twice.
    expect(asked).toHaveLength(4);
  });
});
