import { afterEach, describe, expect, it } from 'vitest';
import type { BundleLimits } from '#crds';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { allowAll, deskOf, hostedTool, type Desk } from '../../test/session/hosted.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0] = {}): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

const write = { name: 'files.write', arguments: { path: 'a.md', text: 'Hello' } };

/** Where limits were reached, which, and whether what was used is what was seen and not what is allowed. */
async function reached(rig: SessionRig): Promise<readonly (readonly [string, string, boolean])[]> {
  return (await rig.records()).flatMap((record) => {
    if (record.type !== 'limit.reached') return [];
    const { limit, unit, allowed, used } = record.body;
    return [[record.path, limit, unit === 'ms' && allowed === 45_000 && used > allowed] as const];
  });
}

describe('limits', () => {
  const slow = { replies: [reply('writer', 1, { toolCalls: [write] }), { text: 'Late.', delaySeconds: 100 }] };
  const timed = (rig: SessionRig, ms: number): void => {
    rig.onWait = (asked) => (asked === 100_000 ? rig.passWaits(ms) : undefined);
  };

  it.each([
    ['of a role', { roles: [roleOf({ timeoutSeconds: 45 })] }],
    ['of a step', { steps: [stepOf({ role: 'writer', timeoutSeconds: 45 })] }],
    ['of the Session', { limits: { activeSeconds: 45 } }],
  ])('time %s ends what is in flight, and a replay agrees without a clock', async (_what, parts) => {
    const rig = rigOf({ ...slow, ...parts });
    timed(rig, 45_000);
    const result = await rig.run();
    const message = `${'limits' in parts ? 'the Session: the limit activeSeconds' : 'first#1: the limit timeoutSeconds'} of 45 s was reached`;
    expect(result).toMatchObject({ status: 'failed', error: { reason: 'TimeLimitReached', message } });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
    // Once, in flight, with what was really used.
    const limit = 'limits' in parts ? ['', 'activeSeconds', true] : ['first#1~1', 'timeoutSeconds', true];
    expect(await reached(rig)).toEqual([limit]);
  });

  it('records that time was up where nothing was begun any more', async () => {
    const rig = rigOf({ ...slow, limits: { activeSeconds: 45 }, roles: [roleOf({ tools: ['files.write'] })] });
    // The time runs out while a tool is at work, so the next turn is never asked for.
    const { provider } = rig;
    let turns = 0;
    rig.provider = {
      generate: async (request, options) => {
        turns += 1;
        const answer = await provider.generate(request, options);
        rig.passWaits(45_000);
        return answer;
      },
      close: () => provider.close(),
    };
    const result = await rig.run();
    expect(turns).toBe(1);
    expect(result).toMatchObject({ status: 'failed', error: { reason: 'TimeLimitReached' } });
    expect(await reached(rig)).toEqual([['', 'activeSeconds', true]]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  /** A lead calls a worker, which runs out of its time within a call of a tool, and goes on by itself. */
  const overdue = (limits: BundleLimits): SessionRig => {
    const list = { name: 'files.list', arguments: { path: 'workspace:' } };
    const look = { name: 'desk.look', arguments: {} };
    const usage = { inputTokens: 10, outputTokens: 5 };
    return rigOf({
      limits,
      tools: [
        hostedTool('desk.look', { risk: 'write', idempotency: { mode: 'safe' }, timeoutSeconds: 400 }),
        toolOf('files.list', 'list'),
      ],
      policyRules: allowAll,
      roles: [
        roleOf({ name: 'lead', tools: ['files.list'], callable: ['worker'], params: { maxTokens: 10 } }),
        roleOf({
          name: 'worker',
          tools: ['desk.look', 'files.list'],
          timeoutSeconds: 40,
          params: { maxTokens: 10_000 },
        }),
      ],
      steps: [stepOf({ role: 'lead', task: 'Lead.' })],
      replies: [
        reply('lead', 1, { toolCalls: [{ name: 'worker', arguments: { task: 'Go.' } }], usage }),
        reply('lead', 2, limits.calls === undefined ? { text: 'Led.', usage } : { toolCalls: [list], usage }),
        reply('lead', 3, { text: 'Led.', usage }),
        reply('worker', 1, { toolCalls: limits.calls === undefined ? [look] : [look, list, list], usage }),
      ],
    });
  };
  const hanging = (rig: SessionRig): Desk =>
    deskOf(async (_before, { signal }) => {
      setImmediate(() => rig.passWaits(40_000));
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    });

  it.each<[string, BundleLimits]>([
    // A call of each: the lead, the worker, and what one and the other begin before and after the time of the worker.
    ['calls', { calls: 4 }],
    // As much as the turns that are taken set aside, and not that of the turn for which no time was left.
    ['tokens', { tokens: 11_200 }],
  ])('sets nothing aside for what is not begun because time is up: %s', async (_unit, limits) => {
    const rig = overdue(limits);
    const result = await rig.run({ hosts: hanging(rig).hosts });
    expect(result).toMatchObject({ status: 'succeeded' });
    expect((await reached(rig)).map(([path]) => path)).toEqual(['first#1~1/t1~1/c1~1']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('end a Session in one state wherever it was killed around the time that was up', async () => {
    const limits = { calls: 10, tokens: 40_000 };
    const calm = overdue(limits);
    const { status, stateDigest } = await calm.run({ hosts: hanging(calm).hosts });
    for (let dieAfter = 10; dieAfter < calm.store.lines.length; dieAfter += 1) {
      const rig = overdue(limits);
      const { hosts } = hanging(rig);
      rig.store.dieAfter = dieAfter;
      await rig.run({ hosts }).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      expect(await rig.run({ hosts }), `killed after ${dieAfter}`).toMatchObject({ status, stateDigest });
    }
  });

  it('counts active time over attempts, and nothing between them', async () => {
    const rig = rigOf({ limits: { activeSeconds: 100 }, replies: [{ text: 'Done.' }] });
    const asked: number[] = [];
    rig.onWait = (ms) => asked.push(ms);
    rig.store.dieAfter = 4;
    await rig.run().catch(() => undefined);
    rig.now += 3_600_000;
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(asked[0]).toBeGreaterThan(99_990);
    expect(asked[1]).toBeGreaterThan(99_900);
    expect(asked[1]).toBeLessThan(100_000);
  });

  it('are up at once for an attempt that finds them used up, whatever is still unanswered', async () => {
    const rig = rigOf({ ...slow, limits: { activeSeconds: 45 } });
    rig.onWait = (asked) => (asked === 100_000 ? rig.stop.abort() : undefined);
    await expect(rig.run()).rejects.toMatchObject({ reason: 'AttemptStopped' });
    rig.onWait = (asked) => (asked < 50_000 ? rig.passWaits(50_000) : undefined);
    const result = await rig.run({ stop: new AbortController().signal });
    expect(result).toMatchObject({ status: 'failed', error: { reason: 'TimeLimitReached' } });
    expect(await reached(rig)).toEqual([['', 'activeSeconds', true]]);
    expect(outline(await rig.records())).not.toContain('model.request first#1~1/t2~2');
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('stop while the journal is away', async () => {
    const rig = rigOf({ ...slow, limits: { activeSeconds: 45 } });
    const { store } = rig;
    const append = store.append.bind(store);
    store.append = async (lines, options) => {
      if (store.lines.length === 4) {
        rig.now += 3_600_000;
        rig.passWaits(45_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return append(lines, options);
    };
    rig.onWait = (asked) => (asked === 100_000 ? rig.passWaits(100_000) : undefined);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
  });

  it('refuses calls that lie too deep', async () => {
    const names = ['a', 'b', 'c'];
    const rig = rigOf({
      limits: { depth: 2 },
      roles: names.map((name, index) => roleOf({ name, tools: [], callable: names.slice(index + 1, index + 2) })),
      steps: [stepOf({ role: 'a' })],
      replies: ['a', 'b']
        .map((name, index) =>
          reply(name, 1, { toolCalls: [{ name: names[index + 1] ?? '', arguments: { task: 'x' } }] }),
        )
        .concat({ text: 'End.' }),
    });
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    const refused = (await rig.records()).flatMap((record) =>
      record.type === 'call.denied' ? [[record.path, record.body.error.reason]] : [],
    );
    expect(refused).toEqual([['first#1~1/t1~1/c1~1/t1~1/c1~1', 'DepthExceeded']]);
  });
});
