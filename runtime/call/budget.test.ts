import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle, BundleLimits } from '#crds';
import { bundleOf, reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import type { Amounts } from '../journal/record.ts';
import { seenUsage } from './amounts.ts';
import { allowanceOf, Budget } from './budget.ts';

let rig: SessionRig | null = null;
afterEach(() => rig?.dispose());

const amounts = (parts: Partial<Amounts>): Amounts => ({ calls: 0, tokens: 0, picos: 0, ...parts });

it('what was used is told to rules in calls, tokens and units of cost', () => {
  expect(seenUsage({ calls: 2, tokens: 30, picos: 1_250_000_000_000 })).toEqual({ calls: 2, tokens: 30, cost: 1.25 });
});

describe('a budget', () => {
  it('gives no more than its own bound and those above it leave', () => {
    const whole = new Budget('', { tokens: 100 }, null, []);
    const part = new Budget('a#1~1', { tokens: 80, calls: 1 }, whole, []);
    expect(part.take(amounts({ tokens: 60 }))).toBeNull();
    expect(part.take(amounts({ tokens: 30 }))).toEqual({ limit: 'tokens', unit: 'tokens', allowed: 80, used: 60 });
    expect(whole.take(amounts({ tokens: 30 }))).toBeNull();
    expect(part.take(amounts({ tokens: 15 }))).toMatchObject({ allowed: 100, used: 90 });
    part.settle(amounts({ tokens: 60 }), amounts({ tokens: 10 }));
    expect(part.left()).toEqual({ tokens: 60, calls: 1 });
    expect(whole.usage()).toEqual({ used: amounts({ tokens: 10 }), charged: amounts({ tokens: 40 }) });
  });

  it('is never exceeded, whatever is taken and settled in whatever order', () => {
    const step = fc.record({ take: fc.integer({ min: 0, max: 50 }), used: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 300 }), (steps, bound) => {
        const budget = new Budget('', { tokens: bound }, null, []);
        const open: { readonly take: number; readonly used: number }[] = [];
        for (const [index, { take, used }] of steps.entries()) {
          if (budget.take(amounts({ tokens: take })) === null) open.push({ take, used: Math.min(used, take) });
          const first = index % 3 === 0 ? open.shift() : undefined;
          if (first !== undefined) budget.settle(amounts({ tokens: first.take }), amounts({ tokens: first.used }));
          expect(budget.usage().charged.tokens).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });

  it('reads money as decimals', () => {
    expect(allowanceOf({ cost: '2.50' })).toEqual({ picos: 2_500_000_000_000 });
    expect(allowanceOf({ cost: '0.000001' })).toEqual({ picos: 1_000_000 });
    expect(allowanceOf({ cost: '9999.999999' }).picos).toBe(Number.MAX_SAFE_INTEGER);
  });
});

function limited(limits: BundleLimits, parts: Partial<Bundle> = {}): SessionRig {
  const write = (n: number) => ({ name: 'files.write', arguments: { path: `${n}.md`, text: 'x' } });
  return new SessionRig(
    bundleOf({
      limits,
      replies: [
        reply('writer', 1, { toolCalls: [write(1), write(2), write(3)], usage: { inputTokens: 30, outputTokens: 5 } }),
        { text: 'Done.', usage: { inputTokens: 40, outputTokens: 5 } },
      ],
      ...parts,
    }),
  );
}

describe('limits of a Session', () => {
  it('of calls refuse the next one with a record, and the model goes on with what there is', async () => {
    rig = limited({ calls: 3 });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    const records = await rig.records();
    expect(records.find(({ type }) => type === 'limit.reached')).toMatchObject({
      path: 'first#1~1/t1~1/c3~1',
      body: { limit: 'calls', unit: 'calls', allowed: 3, used: 3 },
    });
    expect(records.find(({ type }) => type === 'call.denied')?.body).toMatchObject({
      error: { reason: 'BudgetExceeded' },
    });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it('of tokens end the role before a turn that could go beyond them', async () => {
    const maxTokens = 50;
    rig = limited({ tokens: 4000 }, { roles: [roleOf({ params: { maxTokens } })] });
    expect((await rig.run()).status).toBe('succeeded');
    const reserved = (await rig.records()).flatMap((record) =>
      record.type === 'model.request' ? [record.body.reservation?.tokens ?? 0] : [],
    );
    rig.dispose();
    const [first = 0] = reserved;
    rig = limited({ tokens: first + 40 }, { roles: [roleOf({ params: { maxTokens } })] });
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    expect((await rig.records()).find(({ type }) => type === 'limit.reached')?.path).toBe('first#1~1/t2~1');
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it('of money count what servers say, exactly', async () => {
    rig = limited(
      { cost: '1' },
      {
        roles: [roleOf({ params: { maxTokens: 50 }, model: 'm' })],
        venue: {
          provider: 'scripted',
          replies: [{ text: 'Done.', usage: { inputTokens: 1000, outputTokens: 100 } }],
          pricing: [{ model: '*', input: '0.15', output: '0.6' }],
        },
      },
    );
    await rig.run();
    const response = (await rig.records()).find(({ type }) => type === 'model.response');
    expect(response?.body).toMatchObject({ picos: 1000 * 150_000 + 100 * 600_000 });
  });

  it('of a role hold for one call of it and everything below', async () => {
    rig = limited({}, { roles: [roleOf({ limits: { calls: 1 } })] });
    expect((await rig.run()).status).toBe('succeeded');
    const reached = (await rig.records()).flatMap(({ type, path }) => (type === 'limit.reached' ? [path] : []));
    expect(reached).toEqual(['first#1~1/t1~1/c2~1', 'first#1~1/t1~1/c3~1']);
  });

  it('are never exceeded across crashes: what has no answer stays charged', async () => {
    for (let dieAfter = 4; dieAfter < 24; dieAfter += 1) {
      rig = limited({ calls: 3 });
      rig.store.dieAfter = dieAfter;
      await rig.run().catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      await rig.run();
      const intents = (await rig.records()).filter(({ type }) => type === 'call.intent').length;
      expect(intents, `killed after ${dieAfter}`).toBeLessThanOrEqual(3);
      rig.dispose();
    }
  });

  it.each<[string, BundleLimits]>([
    ['without a bound', {}],
    ['with one', { calls: 100 }],
  ])('are counted the same across crashes, whatever was at work: %s', async (_, limits) => {
    const start = (): SessionRig =>
      limited(limits, {
        roles: [roleOf({ name: 'lead', callable: ['writer'] }), roleOf()],
        steps: [stepOf({ role: 'lead', task: 'Lead.' }), stepOf({ id: 'last', role: 'writer', task: 'Write.' })],
        venue: {
          provider: 'scripted',
          replies: [
            reply('lead', 1, { toolCalls: [{ name: 'writer', arguments: { task: 'Write.' } }] }),
            { text: 'Done.' },
          ],
        },
        policyRules: [{ match: 'usage.calls >= 2', action: 'deny' }],
      });
    rig = start();
    const calm = await rig.run();
    expect(calm).toMatchObject({ status: 'failed', error: { reason: 'CallDenied' } });
    const records = rig.store.lines.length;
    for (let dieAfter = 1; dieAfter < records; dieAfter += 1) {
      rig.dispose();
      rig = start();
      rig.store.dieAfter = dieAfter;
      await rig.run().catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      const { status, stateDigest } = await rig.run();
      expect({ status, stateDigest }, `killed after ${dieAfter}`).toEqual({
        status: 'failed',
        stateDigest: calm.stateDigest,
      });
    }
  });

  it('are split evenly over branches, and what one does not use is there again afterwards', async () => {
    const write = (id: string) => stepOf({ id, tool: 'files.write', input: { path: `${id}.md`, text: 'x' } });
    rig = new SessionRig(
      bundleOf({
        limits: { calls: 5 },
        blocks: [
          { name: 'one', steps: [write('a')] },
          { name: 'three', steps: [write('b'), write('c'), write('d')] },
        ],
        steps: [
          stepOf({
            id: 'fan',
            parallel: {
              branches: [
                { name: 'left', block: 'one' },
                { name: 'right', block: 'three' },
              ],
            },
          }),
        ],
      }),
    );
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    const reached = (await rig.records()).find(({ type }) => type === 'limit.reached');
    expect(reached).toMatchObject({ path: 'fan#1~1/right/d#1~1', body: { allowed: 2, used: 2 } });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it('are split over all items of a list, so that no share depends on which item was faster', async () => {
    const write = (id: string, when?: string) =>
      stepOf({
        id,
        tool: 'files.write',
        input: { path: `${id}.md`, text: 'x' },
        ...(when === undefined ? {} : { when }),
      });
    rig = new SessionRig(
      bundleOf({
        limits: { calls: 8 },
        blocks: [{ name: 'work', steps: [write('a'), write('b', 'index == 3'), write('c', 'index == 3')] }],
        steps: [stepOf({ id: 'each', forEach: { items: '[1, 2, 3, 4]', block: 'work', concurrency: 1 } })],
      }),
    );
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    const reached = (await rig.records()).find(({ type }) => type === 'limit.reached');
    expect(reached).toMatchObject({ path: 'each#1~1/[3]/c#1~1', body: { allowed: 2, used: 2 } });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});
