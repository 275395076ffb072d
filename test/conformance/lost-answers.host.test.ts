import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalJson, parseInstant, type BundleTool } from '#crds';
import { treeOf, type SessionDeps } from '#runtime';
import type { ToolHosts } from '../../runtime/tools/host/hosts.ts';
import { bundleOf, stepOf } from '../session/bundles.ts';
import { allowAll } from '../session/hosted.ts';
import { outline, SessionRig } from '../session/rig.ts';
import { DoingServer } from './lost-answers-server.ts';
import { leftAfter } from './tool-host-processes.ts';
import { hostsFolder, hostsFor, type Language } from './tool-host-rig.ts';
import type { HostedTool } from '../../runtime/tools/host/definitions.ts';

const folder = join(import.meta.dirname, 'lost-answers');
const { digest: tree } = await treeOf(folder);

const declared = {
  safe: { idempotency: { mode: 'safe' } },
  keyed: { idempotency: { mode: 'keyed' } },
  probe: { idempotency: { mode: 'probe', probe: 'lost.look' } },
  unknown: {},
} as const satisfies Readonly<Record<string, Partial<BundleTool>>>;
type Recovery = keyof typeof declared;

const entries = { module: 'lost.ts', python: 'lost.py' } as const;

function toolsIn(language: Language, recovery: Recovery, entry: string = entries[language]): readonly HostedTool[] {
  const tool = (name: string, parts: Partial<BundleTool>): HostedTool => ({
    name: `lost.${name}`,
    risk: 'network',
    ...parts,
    source: { type: language, tree, entry, tool: name },
  });
  const send = tool('send', { timeoutSeconds: 3, ...declared[recovery] });
  return entry === 'slow.ts' ? [send] : [send, tool('look', {})];
}

/** A Session in real time whose one step is `lost.send`, with hosts of its own that are gone with it. */
class Lost {
  readonly server = new DoingServer();
  readonly rig: SessionRig;
  readonly #hosts: ToolHosts;

  private constructor(rig: SessionRig, hosts: ToolHosts) {
    this.rig = rig;
    this.#hosts = hosts;
  }

  static async start(tools: readonly HostedTool[], way: string): Promise<Lost> {
    const input: Record<string, string | number> = { way };
    const bundle = bundleOf({ tools, policyRules: allowAll, steps: [stepOf({ tool: 'lost.send', input })] });
    const lost = new Lost(new SessionRig(bundle), await hostsFor(tools, { folders: { [tree]: folder } }));
    input['port'] = await lost.server.start();
    return lost;
  }

  get deps(): Partial<SessionDeps> {
    const wait: SessionDeps['sleep'] = async (ms, signal) => sleep(ms, undefined, { signal });
    return { hosts: this.#hosts, clock: () => Date.now(), sleep: wait, parkAfterMs: 0 };
  }

  /** How it ended, and what its journal says of the call: intents and outcomes. */
  async end(): Promise<string> {
    const ended = await this.rig.attempt(this.deps);
    const lines = outline(await this.rig.records());
    const count = (type: string): number =>
      lines.filter((line) => line.startsWith(`${type} first#1~`) && !line.includes('/')).length;
    const calls = `${count('call.intent')} intents, ${count('call.outcome')} outcomes`;
    if (ended.status === 'parked') return `parked: ${calls}`;
    const { verdict } = await this.rig.replay();
    return `${ended.status} ${ended.error?.reason ?? canonicalJson(ended.result).replaceAll('"', '')}: ${calls}, replayed ${verdict}`;
  }

  async stop(): Promise<void> {
    await this.#hosts.close();
    await this.server.stop();
    this.rig.dispose();
  }
}

afterAll(async () => {
  const left = await leftAfter(5_000);
  rmSync(hostsFolder, { recursive: true });
  if (left.length > 0) throw new Error(`${left.length} processes of hosts are left`);
});

/** Way, recovery, how it ends, and how often it was done. */
const cases: readonly (readonly [string, Recovery, string, number])[] = [
  ['dies', 'safe', 'succeeded sent: 2 intents, 1 outcomes', 2],
  ['hangs', 'safe', 'failed TimeLimitReached: 1 intents, 1 outcomes', 1],
  ['dies', 'keyed', 'succeeded sent: 2 intents, 1 outcomes', 2],
  ['hangs', 'keyed', 'succeeded sent: 2 intents, 1 outcomes', 2],
  ['stops', 'keyed', 'succeeded sent: 2 intents, 1 outcomes', 2],
  ['dies before', 'probe', 'succeeded sent: 2 intents, 1 outcomes', 1],
  ['dies', 'probe', 'succeeded found: 1 intents, 1 outcomes', 1],
  ['stops', 'probe', 'succeeded found: 1 intents, 1 outcomes', 1],
];

const asked: readonly (readonly [string, number])[] = [
  ['dies before', 0],
  ['dies', 1],
  ['hangs', 1],
];

describe.concurrent.each([
  ['a module', 'module'],
  ['Python', 'python'],
] as const)('a tool in %s that loses its answer', (_what, language) => {
  it.each(cases)('%s, of recovery %s: %s', async (way, recovery, expected, done) => {
    const lost = await Lost.start(toolsIn(language, recovery), way);
    try {
      expect(await lost.end()).toBe(`${expected}, replayed same`);
      expect(lost.server.done).toHaveLength(done);
      expect(new Set(lost.server.done.map(({ key }) => key)).size).toBe(1);
    } finally {
      await lost.stop();
    }
  });

  it.each(asked)('%s, of recovery unknown, has people asked, and what they say is done', async (way, done) => {
    const lost = await Lost.start(toolsIn(language, 'unknown'), way);
    try {
      expect(await lost.end()).toBe('parked: 1 intents, 0 outcomes');
      expect(lost.server.done).toHaveLength(done);
      const [gate] = await lost.rig.gates();
      if (gate === undefined) throw new Error('nobody is asked');
      expect(gate.opened).toMatchObject({ body: { kind: 'unknown', name: 'lost.send' } });
      lost.rig.inbox.decide({ gate: gate.gate, gateDigest: gate.gateDigest, verdict: 'retry' });
      expect(await lost.end()).toBe('succeeded sent: 2 intents, 1 outcomes, replayed same');
      expect(lost.server.done).toHaveLength(done + 1);
    } finally {
      await lost.stop();
    }
  });

  it.each(['keyed', 'probe', 'unknown'] as const)(
    'because its Session is cancelled, of recovery %s, has no outcome, and nobody does it again',
    async (recovery) => {
      const lost = await Lost.start(toolsIn(language, recovery), 'hangs');
      try {
        lost.server.onDone = () => lost.rig.cancel.abort();
        expect(await lost.end()).toBe('cancelled Cancelled: 1 intents, 0 outcomes, replayed same');
        expect(lost.server.done).toHaveLength(1);
      } finally {
        await lost.stop();
      }
    },
  );
});

describe('a tool whose host takes longer to start than an effect may take to begin', () => {
  it('has one intent, once its host is there', async () => {
    const lost = await Lost.start(toolsIn('module', 'unknown', 'slow.ts'), '');
    const began = Date.now();
    try {
      expect(await lost.end()).toBe('succeeded sent: 1 intents, 1 outcomes, replayed same');
      const intent = (await lost.rig.records()).find(({ type }) => type === 'call.intent');
      expect(parseInstant(intent?.at ?? '')).toBeGreaterThan(began + 5_500);
    } finally {
      await lost.stop();
    }
  });
});
