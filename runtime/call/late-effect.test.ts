import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, parseInstant, type BundleRule, type BundleTool } from '#crds';
import { stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';
import type { SessionRig } from '../../test/session/rig.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const declared = {
  safe: { idempotency: { mode: 'safe' } },
  keyed: { idempotency: { mode: 'keyed' } },
  probe: { idempotency: { mode: 'probe', probe: 'desk.look' } },
  unknown: {},
} as const satisfies Readonly<Record<string, Partial<BundleTool>>>;
const recoveries = ['safe', 'keyed', 'probe', 'unknown'] as const;
type Recovery = (typeof recoveries)[number];

function rigOf(recovery: Recovery, policyRules: readonly BundleRule[] = allowAll): SessionRig {
  const tools = [hostedTool('desk.send', declared[recovery]), hostedTool('desk.look', { risk: 'read' })];
  return rigs.of({ tools, policyRules, steps: [stepOf({ tool: 'desk.send' })] });
}

async function sends(rig: SessionRig): Promise<readonly { readonly path: string; readonly at: number }[]> {
  const records = await rig.records();
  return records.flatMap(({ type, path, at }) =>
    type === 'call.intent' && /^first#1~\d+$/.test(path) ? [{ path, at: parseInstant(at) }] : [],
  );
}

/** Says what people were asked, and once there is a gate, what to do. */
async function decide(rig: SessionRig, verdict: 'approve' | 'retry'): Promise<void> {
  const [gate] = await rig.gates();
  if (gate === undefined) throw new Error('no gate is open');
  rig.inbox.decide({ gate: gate.gate, gateDigest: gate.gateDigest, verdict });
}

describe('an effect', () => {
  it.each(recoveries)('is begun on no intent that has grown too old, and another is made: %s', async (recovery) => {
    const rig = rigOf(recovery);
    const acted: string[] = [];
    const { hosts } = deskOf(async (before, context, name) => {
      if (before === 0) rig.now += 5_001;
      context.begin();
      acted.push(`${name} ${context.path}`);
      return 'sent';
    });
    const { result, stateDigest } = await rig.run({ hosts });
    expect(result).toBe('sent');
    expect(acted).toEqual(['desk.send first#1~2']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it.each(recoveries)('has its intent once its host is there, however long that took: %s', async (recovery) => {
    const rig = rigOf(recovery);
    const { hosts, called } = deskOf(async (_before, context) => {
      context.begin();
      return 'sent';
    });
    const starts: number[] = [];
    const ready = async (): Promise<boolean> => {
      if (starts.length > 0) return false;
      rig.now += 25_000;
      return starts.push(rig.now) > 0;
    };
    const { result, stateDigest } = await rig.run({ hosts: { ...hosts, ready } });
    expect(result).toBe('sent');
    expect(called).toEqual(['desk.send']);
    const [intent, ...others] = await sends(rig);
    expect(others).toEqual([]);
    expect(intent?.at).toBeGreaterThan(starts[0] ?? Number.POSITIVE_INFINITY);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is approved once though its host was slow to start, and again where the approval ran out meanwhile', async () => {
    for (const [expiresAfterSeconds, gates] of [
      [60, 1],
      [20, 2],
    ] as const) {
      const rig = rigOf('unknown', [{ match: 'call.name == "desk.send"', action: 'approve', expiresAfterSeconds }]);
      const { hosts, called } = deskOf(async () => 'sent');
      let isUp = false;
      const ready = async (): Promise<boolean> => {
        if (isUp) return false;
        rig.now += 25_000;
        return (isUp = true);
      };
      await rig.attempt({ hosts: { ...hosts, ready } });
      await decide(rig, 'approve');
      if ((await rig.attempt({ hosts: { ...hosts, ready } })).status === 'parked') {
        expect(called).toEqual([]);
        await decide(rig, 'approve');
      }
      const { stateDigest } = await rig.run({ hosts: { ...hosts, ready } });
      expect(called).toEqual(['desk.send']);
      expect((await rig.records()).filter(({ type }) => type === 'gate.opened')).toHaveLength(gates);
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    }
  });

  it('fails where its host cannot be started, which is tried once', async () => {
    const rig = rigOf('unknown');
    const { hosts, called } = deskOf(async () => 'sent');
    let tries = 0;
    const ready = async (): Promise<boolean> => {
      tries += 1;
      throw new OrketError('ToolsNotReachable', 'the code is not what the bundle pins');
    };
    const { error, stateDigest } = await rig.run({ hosts: { ...hosts, ready } });
    expect(error).toMatchObject({ reason: 'ToolsNotReachable' });
    expect({ tries, called, intents: (await sends(rig)).length }).toEqual({ tries: 1, called: [], intents: 1 });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is waited for by nobody whose Session is cancelled while a host starts', async () => {
    const rig = rigOf('unknown');
    const { hosts, called } = deskOf(async () => 'sent');
    rig.onWait = () => rig.passWaits(5_000);
    const ready = async (): Promise<boolean> => {
      rig.cancel.abort();
      return new Promise(() => {});
    };
    expect(await rig.run({ hosts: { ...hosts, ready } })).toMatchObject({ status: 'cancelled' });
    expect(called).toEqual([]);
    expect(await sends(rig)).toEqual([]);
  });
});

describe('a process that took a Session over from one that is not proven dead', () => {
  it.each(recoveries)('neither repeats nor asks before that one can do nothing any more: %s', async (recovery) => {
    for (const happened of [true, false]) {
      const rig = rigOf(recovery);
      const acted: { readonly name: string; readonly at: number }[] = [];
      const { hosts } = deskOf(async (before, _context, name) => {
        if (before === 0) rig.store.dieAfter = rig.store.lines.length;
        else acted.push({ name, at: rig.now });
        return name === 'desk.look' ? { happened, output: 'sent' } : 'sent';
      });
      rig.store.previousIsDead = false;
      await rig.attempt({ hosts }).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      const [lost] = await sends(rig);
      const harmless = (lost?.at ?? 0) + 15_000;
      if ((await rig.attempt({ hosts })).status === 'parked') {
        const [gate] = await rig.gates();
        expect(parseInstant(gate?.opened.at ?? '')).toBeGreaterThanOrEqual(harmless);
        await decide(rig, 'retry');
      }
      const { stateDigest } = await rig.run({ hosts });
      for (const { at } of acted) expect(at).toBeGreaterThanOrEqual(harmless);
      const again = recovery === 'probe' && happened ? [] : ['desk.send'];
      expect(acted.map(({ name }) => name)).toEqual([...(recovery === 'probe' ? ['desk.look'] : []), ...again]);
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    }
  });

  it('waits for nothing where it is proven dead', async () => {
    for (const recovery of recoveries) {
      const rig = rigOf(recovery);
      const { hosts } = deskOf(async (before, _context, name) => {
        if (before === 0) rig.store.dieAfter = rig.store.lines.length;
        return name === 'desk.look' ? { happened: true, output: 'sent' } : 'sent';
      });
      await rig.attempt({ hosts }).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      await rig.attempt({ hosts });
      expect(rig.waitedMs).toBeLessThan(15_000);
    }
  });
});
