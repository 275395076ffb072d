import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, type Bundle, type BundleTool, type JsonValue } from '#crds';
import { stepOf, toolOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { deskOf, hostedTool } from '../../test/session/hosted.ts';
import { surviveKills } from '../../test/session/kills.ts';
import { outline, type SessionRig } from '../../test/session/rig.ts';
import type { CallContext } from './run.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const writing = { risk: 'write' } as const;
const kinds: readonly (readonly [string, Partial<BundleTool>])[] = [
  ['one of which nobody knows', writing],
  ['a keyed one', { ...writing, idempotency: { mode: 'keyed' } }],
  ['one that is entered again', { ...writing, reentrant: true }],
];

function rigOf(tool: Partial<BundleTool>, parts: Partial<Bundle> = {}): SessionRig {
  return rigs.of({ tools: [hostedTool('desk.keep', tool)], steps: [stepOf({ tool: 'desk.keep' })], ...parts });
}

/** Adds one to what is there. */
async function add({ state }: CallContext): Promise<JsonValue> {
  const { value, version } = await state.get('count');
  return state.put('count', (typeof value === 'number' ? value : 0) + 1, version);
}

const adding = deskOf((_before, context) => add(context));
const puts = async (rig: SessionRig): Promise<readonly string[]> =>
  outline(await rig.records()).filter((line) => line.includes('/k'));

describe.each(kinds)('state that a tool puts, %s', (_what, tool) => {
  it('is put by a call of state.put, which the journal holds and a replay agrees with', async () => {
    const rig = rigOf(tool);
    const { result, stateDigest } = await rig.run({ hosts: adding.hosts });
    expect(result).toBe(1);
    expect(await puts(rig)).toEqual(['call.intent first#1~1/k1~1', 'call.outcome first#1~1/k1~1']);
    expect(await rig.state.get('count')).toEqual({ value: 1, version: 1 });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is put by nobody where a Policy denies state.put, whether the Flow names that or not', async () => {
    const denies = [{ match: 'call.name == "state.put"', action: 'deny' }] as const;
    for (const named of [[], [toolOf('state.put', 'statePut')]]) {
      const rig = rigOf(tool, { tools: [hostedTool('desk.keep', tool), ...named], policyRules: denies });
      const { error, stateDigest } = await rig.run({ hosts: adding.hosts });
      expect(error).toMatchObject({ reason: 'CallDenied' });
      expect(await puts(rig)).toEqual(['policy.decided first#1~1/k1~1', 'call.denied first#1~1/k1~1']);
      expect(await rig.state.get('count')).toEqual({ value: null, version: 0 });
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    }
  });

  it('counts as a call', async () => {
    const rig = rigOf(tool, { limits: { calls: 1 } });
    expect(await rig.run({ hosts: adding.hosts })).toMatchObject({ error: { reason: 'BudgetExceeded' } });
    expect(await rig.state.get('count')).toEqual({ value: null, version: 0 });
  });
});

describe('state that a tool puts', () => {
  it('waits for people where a Policy asks for them', async () => {
    const asks = [{ match: 'call.name == "state.put" && call.input.value > 0', action: 'approve' }] as const;
    const rig = rigOf({ ...writing, reentrant: true }, { policyRules: asks });
    expect(await rig.attempt({ hosts: adding.hosts })).toMatchObject({ status: 'parked' });
    expect(await rig.state.get('count')).toEqual({ value: null, version: 0 });
    const [gate] = await rig.gates();
    if (gate === undefined) throw new Error('no gate');
    rig.inbox.decide({ gate: gate.gate, gateDigest: gate.gateDigest, verdict: 'approve' });
    expect(await rig.run({ hosts: adding.hosts })).toMatchObject({ status: 'succeeded', result: 1 });
    expect(await rig.state.get('count')).toEqual({ value: 1, version: 1 });
  });

  it('is put once, after whichever record the Session was killed', async () => {
    const tools = [hostedTool('desk.keep', { ...writing, reentrant: true })];
    const steps = ['one', 'two'].map((id) => stepOf({ id, tool: 'desk.keep' }));
    await surviveKills({ ...rigOf({}).bundle, tools, steps }, 2, { hosts: adding.hosts });
  });

  it('stands before the probe that is asked where nobody knows what came of the tool', async () => {
    const probe = { mode: 'probe', probe: 'desk.look' } as const;
    const tools = [
      hostedTool('desk.keep', { ...writing, idempotency: probe }),
      hostedTool('desk.look', { risk: 'read' }),
    ];
    const rig = rigOf({}, { tools });
    const dies = deskOf(async (_before, context, name) => {
      if (name === 'desk.look') return { happened: true, output: 'kept' };
      await add(context);
      throw new OrketError('ToolHostFailed', 'the host of this tool is gone');
    });
    const { result, stateDigest } = await rig.run({ hosts: dies.hosts });
    expect(result).toBe('kept');
    const calls = (await rig.records()).flatMap((record) =>
      record.type === 'call.intent' ? [`${record.path} ${record.body.name}`] : [],
    );
    expect(calls).toEqual(['first#1~1 desk.keep', 'first#1~1/k1~1 state.put', 'first#1~1/k2~1 desk.look']);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('keeps its place before the probe also where it was judged and not begun', async () => {
    const probe = { mode: 'probe', probe: 'desk.look' } as const;
    const tools = [
      hostedTool('desk.keep', { ...writing, idempotency: probe }),
      hostedTool('desk.look', { risk: 'read' }),
    ];
    const policyRules = [{ match: 'call.name == "state.put"', action: 'approve' }] as const;
    const { hosts } = deskOf(async (_before, context, name) =>
      name === 'desk.look' ? { happened: true, output: 'kept' } : add(context),
    );
    for (let dieAfter = 5; ; dieAfter += 1) {
      const rig = rigOf({}, { tools, policyRules });
      rig.store.dieAfter = dieAfter;
      await rig.attempt({ hosts }).catch(() => undefined);
      const last = (await rig.records()).at(-1);
      if (last?.type !== 'policy.decided' || !last.path.endsWith('/k1~1')) continue;
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      const { result, stateDigest } = await rig.run({ hosts });
      expect(result).toBe('kept');
      expect((await puts(rig)).at(-1)).toBe('call.outcome first#1~1/k2~1');
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
      return;
    }
  });

  it('is answered from the journal, however much others have put since', async () => {
    const rig = rigOf({ ...writing, reentrant: true });
    const diesAfterIt = deskOf(async (_before, context) => {
      await add(context);
      rig.store.dieAfter = rig.store.lines.length;
      return context.now();
    });
    await rig.run(diesAfterIt).catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    for (let version = 1; version <= 70; version += 1) await rig.state.put('count', 'others', version, `${version}`);
    expect(await rig.run({ hosts: adding.hosts })).toMatchObject({ status: 'succeeded', result: 1 });
    expect(await rig.state.get('count')).toEqual({ value: 'others', version: 71 });
  });
});

describe('a file that a tool writes', () => {
  const writes = deskOf(async (_before, { files }) => ({ ...(await files.write('a.md', 'A')) }));
  const changed = async (rig: SessionRig): Promise<readonly JsonValue[]> =>
    (await rig.records()).flatMap((record) => (record.type === 'call.outcome' ? record.body.changes : []) as never);

  it('is what its own call did: in its outcome, and among the files that it used', async () => {
    const rig = rigOf(writing, { policyRules: [{ match: 'call.name == "files.write"', action: 'deny' }] });
    const { status, stateDigest } = await rig.run({ hosts: writes.hosts });
    expect(status).toBe('succeeded');
    expect(await changed(rig)).toMatchObject([{ kind: 'file', path: 'a.md' }]);
    const access = (await rig.records()).find(({ type }) => type === 'file.access');
    expect(access).toMatchObject({ path: 'first#1~1', body: { writes: 1, refusals: [] } });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('is refused where the Flow writes nothing, and the refusal is in the journal', async () => {
    const rig = rigOf(writing, { workspace: { writeScope: [] } });
    expect(await rig.run({ hosts: writes.hosts })).toMatchObject({ error: { reason: 'PathRefused' } });
    const access = (await rig.records()).find(({ type }) => type === 'file.access');
    expect(access).toMatchObject({ body: { writes: 0, refusals: [{ rule: 'write-scope' }] } });
  });

  it('is written by no tool that may not be called, which a rule about risk says of all that write', async () => {
    const denies = [{ match: 'call.risk != "read"', action: 'deny' }] as const;
    const rig = rigOf(writing, { policyRules: denies });
    expect(await rig.run({ hosts: writes.hosts })).toMatchObject({ error: { reason: 'CallDenied' } });
    expect(writes.called).toHaveLength(2);
    expect(await changed(rig)).toEqual([]);
  });
});
