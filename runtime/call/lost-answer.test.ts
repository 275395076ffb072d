import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson, OrketError, type BundleTool, type JsonValue } from '#crds';
import { stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool, type Desk } from '../../test/session/hosted.ts';
import { outline, type SessionRig } from '../../test/session/rig.ts';
import type { CallContext } from './run.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const declared = {
  safe: { idempotency: { mode: 'safe' } },
  keyed: { idempotency: { mode: 'keyed' } },
  probe: { idempotency: { mode: 'probe', probe: 'desk.look' } },
  unknown: {},
  reenter: { reentrant: true },
} as const satisfies Readonly<Record<string, Partial<BundleTool>>>;
type Recovery = keyof typeof declared;

const died = (): OrketError => new OrketError('ToolHostFailed', 'the host of this tool is gone');

/** Never answers: it ends when it is stopped. */
function hangs({ signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
}

function rigOf(recovery: Recovery, parts: Partial<BundleTool> = {}): SessionRig {
  const send = hostedTool('desk.send', { ...declared[recovery], timeoutSeconds: 40, ...parts });
  const look = hostedTool('desk.look', { risk: 'read' });
  return rigs.of({ tools: [send, look], policyRules: allowAll, steps: [stepOf({ tool: 'desk.send' })] });
}

/** A tool that loses its answer as often as it is called; the probe says that it happened all the same. */
function losing(rig: SessionRig, failure: 'timeout' | 'cancellation' | 'host death'): Desk {
  return deskOf(async (_before, context, name) => {
    if (name === 'desk.look') return { happened: true, output: 'sent' };
    if (failure === 'host death') throw died();
    setImmediate(() => (failure === 'timeout' ? rig.passWaits(40_000) : rig.cancel.abort()));
    return hangs(context);
  });
}

/** How it ended, how often the tool was called, and by how many intents and outcomes. */
async function endOf(rig: SessionRig, { hosts, called }: Desk): Promise<string> {
  const result = await rig.attempt({ hosts });
  const lines = outline(await rig.records());
  const count = (line: RegExp): number => lines.filter((one) => line.test(one)).length;
  if (result.status !== 'parked') {
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  }
  const why =
    result.status === 'parked'
      ? result.gates.length
      : (result.error?.reason ?? canonicalJson(result.result).replaceAll('"', ''));
  const sent = called.filter((name) => name === 'desk.send').length;
  const intents = count(/^call.intent first#1~\d+$/);
  const outcomes = count(/^call.outcome first#1~\d+$/);
  return `${result.status} ${why}: ${sent} sent, ${intents} intents, ${outcomes} outcomes`;
}

describe('a call that loses its answer in the middle', () => {
  it.each<[string, Recovery, string]>([
    ['timeout', 'safe', 'failed TimeLimitReached: 1 sent, 1 intents, 1 outcomes'],
    ['timeout', 'keyed', 'parked 1: 3 sent, 3 intents, 0 outcomes'],
    ['timeout', 'probe', 'succeeded sent: 1 sent, 1 intents, 1 outcomes'],
    ['timeout', 'unknown', 'parked 1: 1 sent, 1 intents, 0 outcomes'],
    ['timeout', 'reenter', 'failed TimeLimitReached: 1 sent, 1 intents, 1 outcomes'],
    ['cancellation', 'safe', 'cancelled Cancelled: 1 sent, 1 intents, 1 outcomes'],
    ['cancellation', 'keyed', 'cancelled Cancelled: 1 sent, 1 intents, 0 outcomes'],
    ['cancellation', 'probe', 'cancelled Cancelled: 1 sent, 1 intents, 0 outcomes'],
    ['cancellation', 'unknown', 'cancelled Cancelled: 1 sent, 1 intents, 0 outcomes'],
    ['cancellation', 'reenter', 'cancelled Cancelled: 1 sent, 1 intents, 1 outcomes'],
    ['host death', 'safe', 'failed ToolHostFailed: 3 sent, 3 intents, 1 outcomes'],
    ['host death', 'keyed', 'parked 1: 3 sent, 3 intents, 0 outcomes'],
    ['host death', 'probe', 'succeeded sent: 1 sent, 1 intents, 1 outcomes'],
    ['host death', 'unknown', 'parked 1: 1 sent, 1 intents, 0 outcomes'],
    ['host death', 'reenter', 'failed ToolHostFailed: 3 sent, 1 intents, 1 outcomes'],
  ])('by %s, of recovery %s: %s', async (failure, recovery, expected) => {
    const rig = rigOf(recovery);
    expect(await endOf(rig, losing(rig, failure as Parameters<typeof losing>[1]))).toBe(expected);
  });

  it.each<[Recovery, number]>([
    ['safe', 2],
    ['keyed', 2],
    ['reenter', 1],
  ])('of recovery %s has the answer of the host that took over', async (recovery, intents) => {
    const rig = rigOf(recovery);
    const desk = deskOf(async (before) => (before === 0 ? Promise.reject(died()) : 'sent'));
    expect(await endOf(rig, desk)).toBe(`succeeded sent: 2 sent, ${intents} intents, 1 outcomes`);
  });

  it.each(['timeout', 'host death'] as const)(
    'by %s is made again as a retry says, where it is safe',
    async (failure) => {
      const reason = failure === 'timeout' ? 'TimeLimitReached' : 'ToolHostFailed';
      const rig = rigOf('safe', { retry: { maxAttempts: 2 } });
      expect(await endOf(rig, losing(rig, failure))).toBe(`failed ${reason}: 2 sent, 2 intents, 2 outcomes`);
    },
  );

  it('is made no more often where its process was killed in between', async () => {
    const rig = rigOf('safe');
    const desk = deskOf(async (before) => {
      if (before === 1) rig.store.dieAfter = rig.store.lines.length;
      throw died();
    });
    await expect(rig.attempt({ hosts: desk.hosts })).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await endOf(rig, desk)).toBe('failed ToolHostFailed: 3 sent, 3 intents, 1 outcomes');
  });

  it('has people asked once three processes did not survive it, though it is safe', async () => {
    const rig = rigOf('safe');
    const desk = deskOf(async () => {
      rig.store.dieAfter = rig.store.lines.length;
      return 'sent';
    });
    for (let killed = 0; killed < 3; killed += 1) {
      await expect(rig.attempt({ hosts: desk.hosts })).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
    }
    expect(await endOf(rig, desk)).toBe('parked 1: 3 sent, 3 intents, 0 outcomes');
  });
});

describe('a tool that is entered again because its host died', () => {
  const inner = hostedTool('desk.inner', { idempotency: { mode: 'keyed' } });
  const outer = hostedTool('desk.outer', { reentrant: true });
  const run = (perform: (before: number, context: CallContext) => Promise<JsonValue>) => {
    const rig = rigs.of({ tools: [inner, outer], policyRules: allowAll, steps: [stepOf({ tool: 'desk.outer' })] });
    let entered = 0;
    const desk = deskOf(async (_before, context, name) => {
      if (name === 'desk.inner') return `inner ${await context.now()}`;
      entered += 1;
      return perform(entered - 1, context);
    });
    return { rig, desk };
  };

  it('has the answers that it had, also of a call that was at work when its host died', async () => {
    const { rig, desk } = run(async (before, context) => {
      const called = context.call('desk.inner', {});
      if (before === 0) throw died();
      return called;
    });
    expect(await endOf(rig, desk)).toMatch(/^succeeded inner \d+: 0 sent, 1 intents, 1 outcomes$/);
    expect(desk.called).toEqual(['desk.outer', 'desk.inner', 'desk.outer']);
  });

  it('has no outcome before what it called has one', async () => {
    const { rig, desk } = run(async (_before, context) => {
      void context.call('desk.inner', {});
      throw new OrketError('ToolFailed', 'gave up');
    });
    expect(await endOf(rig, desk)).toBe('failed ToolFailed: 0 sent, 1 intents, 1 outcomes');
    expect(outline(await rig.records()).filter((line) => line.startsWith('call.outcome'))).toEqual([
      'call.outcome first#1~1/k1~1',
      'call.outcome first#1~1',
    ]);
  });

  it('is not, where it has changed files: they are as it left them', async () => {
    const { rig, desk } = run(async (_before, { files }) => {
      await files.write('workspace:a.md', 'x');
      throw died();
    });
    expect(await endOf(rig, desk)).toBe('failed ToolHostFailed: 0 sent, 1 intents, 1 outcomes');
    expect(desk.called).toEqual(['desk.outer']);
  });
});
