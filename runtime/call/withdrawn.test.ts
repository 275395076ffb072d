import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, parseInstant, type BundleRule, type BundleTool } from '#crds';
import type { SessionEvent } from '#runtime';
import { reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';
import { outline, type SessionRig } from '../../test/session/rig.ts';
import { activeMs } from './active-time.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const declared = {
  safe: { idempotency: { mode: 'safe' } },
  unknown: {},
} as const satisfies Readonly<Record<string, Partial<BundleTool>>>;
const recoveries = ['safe', 'unknown'] as const;

function rigOf(recovery: (typeof recoveries)[number], policyRules: readonly BundleRule[] = allowAll): SessionRig {
  return rigs.of({
    tools: [hostedTool('desk.send', declared[recovery])],
    policyRules,
    steps: [stepOf({ tool: 'desk.send' })],
    limits: { calls: 1 },
  });
}

/** The first of the calls comes too late, as if the process had stood still; the others do not. */
function slowOnce(rig: SessionRig): ReturnType<typeof deskOf> {
  return deskOf(async (before, context) => {
    if (before === 0) rig.now += 5_001;
    context.begin();
    return 'sent';
  });
}

async function whyWithdrawn(rig: SessionRig): Promise<readonly string[]> {
  const records = await rig.records();
  return records.flatMap(({ type, path, body }) => (type === 'call.withdrawn' ? [`${path} ${body.why}`] : []));
}

describe('an intent on which nothing was begun', () => {
  it.each(recoveries)('gives back the room that it had: %s', async (recovery) => {
    const rig = rigOf(recovery);
    const { result, stateDigest } = await rig.run({ hosts: slowOnce(rig).hosts });
    expect(result).toBe('sent');
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 late']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it.each(recoveries)('asks nobody and has given back its room after a kill, too: %s', async (recovery) => {
    const rig = rigOf(recovery);
    const { hosts, called } = slowOnce(rig);
    await killedOnceWithdrawn(rig, hosts);
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 late']);
    expect(called).toHaveLength(1);
    const { result, stateDigest } = await rig.run({ hosts });
    expect(result).toBe('sent');
    expect((await rig.records()).filter(({ type }) => type === 'gate.opened')).toEqual([]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('gives it back to the role that made the call and has bounds of its own, killed or not', async () => {
    for (const isKilled of [false, true]) {
      const rig = rigs.of({
        tools: [hostedTool('desk.send')],
        roles: [roleOf({ tools: ['desk.send'], limits: { calls: 1 } })],
        policyRules: allowAll,
        replies: [reply('writer', 1, { toolCalls: [{ name: 'desk.send', arguments: {} }] }), { text: 'done' }],
        steps: [stepOf({ role: 'writer', task: 'Send.' })],
      });
      const { hosts, called } = slowOnce(rig);
      if (isKilled) await killedOnceWithdrawn(rig, hosts);
      const { stateDigest } = await rig.run({ hosts });
      expect(called).toHaveLength(2);
      expect(await whyWithdrawn(rig)).toEqual(['first#1~1/t1~1/c1~1 late']);
      const reached = (await rig.records()).filter(({ type }) => type === 'limit.reached');
      expect(reached).toEqual([]);
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    }
  });
});

describe('intents that come too late', () => {
  /** The first `late` of the calls come too late, and `then` is what the others do. */
  function lateFor(rig: SessionRig, late: number, then: (before: number) => string): ReturnType<typeof deskOf> {
    return deskOf(async (before, context) => {
      if (before < late) rig.now += 5_001;
      context.begin();
      return then(before);
    });
  }

  it('time and again are made ever more slowly, also by the processes that follow', async () => {
    const rig = rigOf('unknown');
    const { hosts } = lateFor(rig, 6, () => 'sent');
    rig.store.dieAfter = 14;
    await rig.attempt({ hosts }).catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await whyWithdrawn(rig)).toHaveLength(3);
    const { result, stateDigest } = await rig.run({ hosts });
    expect(result).toBe('sent');
    const records = await rig.records();
    const times = (wanted: string): readonly number[] =>
      records.filter(({ type }) => type === wanted).map(({ at }) => parseInstant(at));
    const withdrawn = times('call.withdrawn');
    const pauses = times('call.intent')
      .slice(1)
      .map((at, index) => Math.round((at - (withdrawn[index] ?? 0)) / 1000));
    expect(pauses).toEqual([0, 1, 2, 4, 8, 16]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('are no tries: a safe tool whose host dies after them is tried again', async () => {
    const rig = rigs.of({
      tools: [hostedTool('desk.send', declared.safe)],
      policyRules: allowAll,
      steps: [stepOf({ tool: 'desk.send' })],
    });
    const { hosts, called } = lateFor(rig, 2, (before) => {
      if (before < 4) throw new OrketError('ToolHostFailed', 'the host of this tool is gone');
      return 'sent';
    });
    const { result, stateDigest } = await rig.run({ hosts });
    expect({ result, calls: called.length }).toEqual({ result: 'sent', calls: 5 });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });
});

/** Runs it until it has withdrawn an intent and no further. */
async function killedOnceWithdrawn(rig: SessionRig, hosts: ReturnType<typeof deskOf>['hosts']): Promise<void> {
  const observe = (event: SessionEvent): void => {
    if (event.type === 'record' && event.record.type === 'call.withdrawn') rig.store.dieAfter = rig.store.lines.length;
  };
  await rig.attempt({ hosts, observe }).catch(() => undefined);
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
}

const deny = { match: 'true', action: 'deny', name: 'closed' } as const;
const ask = { match: 'true', action: 'approve', expiresAfterSeconds: 600 } as const;

describe('a live Policy that becomes stricter while a host starts', () => {
  /** Has them tightened when the host is got ready, or when a host that died is started again for the call. */
  function tightened(when: 'ready' | 'restart', rule: BundleRule) {
    let rules: readonly BundleRule[] = [];
    const tighten = (): void => {
      rules = [rule];
    };
    const acted: string[] = [];
    let isUp = false;
    const { hosts } = deskOf(async (before, context) => {
      if (when === 'restart' && before === 0) tighten();
      context.begin();
      acted.push(context.path);
      return 'sent';
    });
    const ready = async (): Promise<boolean> => {
      if (isUp) return false;
      if (when === 'ready') tighten();
      return (isUp = true);
    };
    return { deps: { hosts: { ...hosts, ready }, livePolicies: () => rules }, acted };
  }

  it.each(['ready', 'restart'] as const)('lets nothing be called that it denies: %s', async (when) => {
    const rig = rigOf('unknown');
    const { deps, acted } = tightened(when, deny);
    const { error, stateDigest } = await rig.run(deps);
    expect(error).toMatchObject({ reason: 'CallDenied', message: expect.stringContaining('closed') });
    expect(acted).toEqual([]);
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 rules']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  async function approve(rig: SessionRig): Promise<void> {
    const [gate] = await rig.gates();
    if (gate === undefined) throw new Error('no gate is open');
    rig.inbox.decide({ gate: gate.gate, gateDigest: gate.gateDigest, verdict: 'approve' });
  }

  it('asks people where it asks for them, though it has no name', async () => {
    const rig = rigOf('unknown');
    const { deps, acted } = tightened('ready', ask);
    expect(await rig.attempt(deps)).toMatchObject({ status: 'parked' });
    expect(acted).toEqual([]);
    await approve(rig);
    const { result, stateDigest } = await rig.run(deps);
    expect(result).toBe('sent');
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('costs no time while people are asked because of it', async () => {
    const rig = rigOf('unknown');
    const { deps } = tightened('restart', ask);
    rig.onWait = () => undefined;
    const ended = rig.attempt({ ...deps, parkAfterMs: 100_000_000 });
    await expect.poll(async () => (await rig.gates()).length).toBe(1);
    rig.now += 500_000;
    await approve(rig);
    expect(await ended).toMatchObject({ status: 'succeeded' });
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 rules']);
    expect(activeMs(await rig.records(), 1)).toBeLessThan(10_000);
  });

  it.each(['ready', 'restart'] as const)('voids the approval that there was: %s', async (when) => {
    const rig = rigOf('unknown', [{ match: 'true', action: 'approve' }]);
    const { deps, acted } = tightened(when, ask);
    expect(await rig.attempt(deps)).toMatchObject({ status: 'parked' });
    await approve(rig);
    expect(await rig.attempt(deps)).toMatchObject({ status: 'parked' });
    expect(acted).toEqual([]);
    await approve(rig);
    const { result, stateDigest } = await rig.run(deps);
    expect(result).toBe('sent');
    expect(acted).toHaveLength(1);
    const gates = (await rig.records()).flatMap((record) => (record.type === 'gate.opened' ? [record] : []));
    expect(gates.map(({ body }) => body.voids)).toEqual([null, { gate: gates[0]?.seq, changed: ['rules'] }]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });
});

describe('a Session that is stopped between an intent and its effect', () => {
  /** Something happens right after the intent is there. */
  function after(rig: SessionRig, happen: () => void): ReturnType<typeof deskOf> {
    return deskOf(async (before, context) => {
      if (before === 0) happen();
      if (before === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      context.begin();
      return 'sent';
    });
  }

  it('begins nothing where it is paused, and goes on without asking', async () => {
    const rig = rigOf('unknown');
    const { hosts } = after(rig, () => rig.inbox.control('pause'));
    expect(await rig.attempt({ hosts })).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 stopped']);
    rig.inbox.control('resume');
    const { result, stateDigest } = await rig.run({ hosts });
    expect(result).toBe('sent');
    expect(outline(await rig.records()).filter((line) => line.startsWith('gate.'))).toEqual([]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('asks a probe again that it was about to ask, and no people', async () => {
    const probed = { idempotency: { mode: 'probe', probe: 'desk.look' }, timeoutSeconds: 40 } as const;
    const rig = rigs.of({
      tools: [hostedTool('desk.send', probed), hostedTool('desk.look', { risk: 'read' })],
      policyRules: allowAll,
      steps: [stepOf({ tool: 'desk.send' })],
    });
    const { hosts } = deskOf(async (before, context, name) => {
      if (before === 1) rig.inbox.control('pause');
      if (before === 1) await new Promise<void>((resolve) => setImmediate(resolve));
      context.begin();
      if (name === 'desk.look') return { happened: true, output: 'sent' };
      setImmediate(() => rig.passWaits(40_000));
      return new Promise((_resolve, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    });
    expect(await rig.attempt({ hosts })).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1/k1~1 stopped']);
    rig.inbox.control('resume');
    const { result, stateDigest } = await rig.run({ hosts });
    expect(result).toBe('sent');
    expect(outline(await rig.records()).filter((line) => line.startsWith('gate.'))).toEqual([]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('begins nothing where it is cancelled', async () => {
    const rig = rigOf('unknown');
    const { hosts } = after(rig, () => rig.cancel.abort());
    expect(await rig.run({ hosts })).toMatchObject({ status: 'cancelled' });
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 stopped']);
  });

  it('begins nothing and judges nothing once its time is up', async () => {
    const rig = rigs.of({
      tools: [hostedTool('desk.send')],
      policyRules: allowAll,
      steps: [stepOf({ tool: 'desk.send' })],
      limits: { activeSeconds: 60 },
    });
    const { hosts } = after(rig, () => rig.passWaits(60_000));
    const { error, stateDigest } = await rig.run({ hosts });
    expect(error).toMatchObject({ reason: 'TimeLimitReached' });
    expect(await whyWithdrawn(rig)).toEqual(['first#1~1 stopped']);
    expect(outline(await rig.records()).filter((line) => line.includes('first#1~2'))).toEqual([]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });
});
