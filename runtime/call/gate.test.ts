import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle, BundleRule } from '#crds';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import type { Decision } from '../inbox/inbox.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

const rules = (...policyRules: readonly BundleRule[]): Partial<Bundle> => ({ policyRules });

/** A role that writes a file, once something lets it. */
function writing(parts: Partial<Bundle> = {}): SessionRig {
  return new SessionRig(
    bundleOf({
      policyRules: [{ match: 'call.name == "files.write"', action: 'approve', name: 'writing' }],
      replies: [
        reply('writer', 1, { toolCalls: [{ name: 'files.write', arguments: { path: 'a.md', text: 'one' } }] }),
        { text: 'Done.' },
      ],
      ...parts,
    }),
  );
}

/** Decides the gate that is open. */
async function decide(verdict: Decision['verdict'], parts: Partial<Decision> = {}): Promise<void> {
  const [open] = await rig.gates();
  if (open === undefined) throw new Error('no gate is open');
  const { gate, gateDigest } = open;
  rig.inbox.decide({ gate, gateDigest, verdict, ...parts });
}

async function replaysTo(stateDigest: string): Promise<void> {
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
}

describe('a call that needs approval', () => {
  it('waits, parks, and goes on in the next attempt once it has it', async () => {
    rig = writing();
    expect(await rig.attempt()).toEqual({ status: 'parked', why: 'approval', gates: ['g8'] });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', gates: ['g8'] });
    await decide('approve', { note: 'go' });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    const path = 'first#1~1/t1~1/c1~1';
    const records = await rig.records();
    expect(outline(records).filter((line) => line.includes(path))).toEqual([
      `policy.decided ${path}`,
      `gate.opened ${path}/g1`,
      `gate.decided ${path}/g1`,
      `call.intent ${path}`,
      `file.access ${path}`,
      `call.outcome ${path}`,
    ]);
    expect(records.find(({ type }) => type === 'gate.decided')?.body).toMatchObject({
      gate: 8,
      verdict: 'approved',
      by: [{ name: 'ada', verifiedBy: 'os-uid' }],
      note: 'go',
    });
    await replaysTo(ended.stateDigest);
    expect(rig.inbox.size).toBe(0);
  });

  it('goes on in the same attempt where the decision comes while it waits', async () => {
    rig = writing();
    rig.onWait = () => {
      rig.onWait = () => {};
      void decide('approve');
    };
    const ended = await rig.run({ parkAfterMs: 60_000 });
    expect(ended.status).toBe('succeeded');
    expect((await rig.records()).filter(({ type }) => type === 'attempt.started')).toHaveLength(1);
    await replaysTo(ended.stateDigest);
  });

  it('is a denial that the model can read where people are against it', async () => {
    rig = writing();
    await rig.attempt();
    await decide('deny', { note: 'not this file' });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    expect((await rig.records()).find(({ type }) => type === 'call.denied')?.body).toMatchObject({
      error: { reason: 'CallDenied', message: expect.stringContaining('not this file') },
    });
    await replaysTo(ended.stateDigest);
  });

  it('runs with the input that people gave instead, and the model is told', async () => {
    rig = writing();
    await rig.attempt();
    await decide('approve', { input: { path: 'b.md', text: 'two' } });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    const intent = (await rig.records()).findLast(({ type, path }) => type === 'call.intent' && path.includes('c1'));
    expect(intent?.body).toMatchObject({ input: { value: { path: 'b.md', text: 'two' } } });
    const requests = (await rig.records()).filter(({ type }) => type === 'model.request');
    expect(requests).toHaveLength(2);
    await replaysTo(ended.stateDigest);
  });

  it('waits on where an input instead does not meet the schema, and says why that does not count', async () => {
    rig = writing();
    await rig.attempt();
    await decide('approve', { input: { path: 7 } });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', gates: ['g8'] });
    const received = (await rig.records()).findLast(({ type }) => type === 'input.received');
    expect(received?.body).toMatchObject({
      refused:
        'the input for gate g8 does not meet the schema of files.write: expected a member "text"; type string at /path, found {"path":7}',
    });
    await decide('approve', { input: { path: 'b.md', text: 'two' } });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    await replaysTo(ended.stateDigest);
  });

  it('opens the next gate where an edited input meets a stricter rule', async () => {
    rig = writing(
      rules(
        { match: 'call.name == "files.write"', action: 'approve' },
        {
          match: 'has(call.input.path) && call.input.path == "b.md"',
          action: 'approve',
          approvers: { users: ['eve'] },
        },
      ),
    );
    await rig.attempt();
    await decide('approve', { input: { path: 'b.md', text: 'two' } });
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    const [open] = await rig.gates();
    expect(open?.opened).toMatchObject({ path: 'first#1~1/t1~1/c1~1/g2', body: { voids: { changed: ['rules'] } } });
    await decide('approve');
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide('approve', { from: personOf('eve') });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    await replaysTo(ended.stateDigest);
  });

  it('is asked for again by each attempt: an approval is used once', async () => {
    rig = writing({
      steps: [1, 2].map((n) => stepOf({ id: `s${n}`, tool: 'files.write', input: { path: 'a.md', text: 'x' } })),
    });
    await rig.attempt();
    await decide('approve');
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide('approve');
    expect((await rig.run()).status).toBe('succeeded');
  });

  it('takes as many different people as its rule asks for, and not who had it run', async () => {
    rig = writing(
      rules({
        match: 'call.name == "files.write"',
        action: 'approve',
        approvers: { quorum: 2, groups: ['ops'], notRequester: true, minIdentity: 'os-uid' },
      }),
    );
    await rig.attempt();
    const from = (name: string, ...groups: readonly string[]): Partial<Decision> => ({ from: personOf(name, groups) });
    await decide('approve', from('ada', 'ops'));
    await decide('approve', from('ada', 'ops'));
    await decide('approve', from('bob'));
    await decide('approve', { from: { name: 'cyd', groups: ['ops'], verifiedBy: 'none' } });
    await decide('approve', from('eve', 'ops'));
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    const refused = (await rig.records()).flatMap((r) => (r.type === 'input.received' ? [r.body.refused] : []));
    const named = (name: string): unknown => expect.stringContaining(name);
    expect(refused).toEqual([null, named('ada has said so before'), named('bob'), named('cyd'), named('eve')]);
    await decide('approve', from('dan', 'ops'));
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    const decided = (await rig.records()).find(({ type }) => type === 'gate.decided');
    expect(decided?.body).toMatchObject({ by: [{ name: 'ada' }, { name: 'dan' }] });
    await replaysTo(ended.stateDigest);
  });

  it('refuses a decision about another call, and says so in the journal', async () => {
    rig = writing();
    await rig.attempt();
    await decide('approve', { gateDigest: `sha256:${'0'.repeat(64)}` });
    await decide('approve', { gate: 'g99' });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', gates: ['g8'] });
    const refused = (await rig.records()).flatMap((r) => (r.type === 'input.received' ? [r.body.refused] : []));
    expect(refused).toEqual([expect.stringContaining('another call'), expect.stringContaining('there is no gate g99')]);
  });

  it.each([
    ['deny', 'succeeded'],
    ['allow', 'succeeded'],
    ['abort', 'failed'],
  ] as const)('expires, and then %s follows', async (onExpiry, status) => {
    rig = writing(rules({ match: 'call.name == "files.write"', action: 'approve', expiresAfterSeconds: 5, onExpiry }));
    const ended = await rig.run({ parkAfterMs: 60_000 });
    expect(ended.status).toBe(status);
    const written = (await rig.records()).some(({ type }) => type === 'file.access');
    expect(written).toBe(onExpiry === 'allow');
    await replaysTo(ended.stateDigest);
  });

  it('is asked for by default where a call reaches out of the Session', async () => {
    rig = new SessionRig(
      bundleOf({
        tools: [toolOf('net.list', 'list', 'network')],
        roles: [roleOf({ tools: [] })],
        steps: [stepOf({ tool: 'net.list', input: { path: 'workspace:' } })],
      }),
    );
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide('approve');
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    await replaysTo(ended.stateDigest);
  });

  it('is void once a live Policy asks for what was asked for by default, or denies it', async () => {
    for (const action of ['approve', 'deny'] as const) {
      rig = new SessionRig(
        bundleOf({
          tools: [toolOf('net.list', 'list', 'network')],
          roles: [roleOf({ tools: [] })],
          steps: [stepOf({ tool: 'net.list', input: { path: 'workspace:' } })],
        }),
      );
      await rig.attempt();
      await decide('approve');
      const livePolicies = (): readonly BundleRule[] => [{ match: "call.risk == 'network'", action, name: 'live' }];
      const next = await rig.attempt({ livePolicies });
      expect(next).toMatchObject(
        action === 'approve' ? { status: 'parked' } : { status: 'failed', error: { reason: 'CallDenied' } },
      );
      const judged = (await rig.records()).filter(({ type }) => type === 'policy.decided');
      expect(judged).toMatchObject([{ body: { rules: [{ name: 'live', source: 'live' }] } }]);
      if (action === 'approve') await decide('approve');
      const ended = await rig.run({ livePolicies });
      await replaysTo(ended.stateDigest);
    }
  });

  it('is void once a live Policy is stricter', async () => {
    rig = writing();
    await rig.attempt();
    await decide('approve');
    const livePolicies = (): readonly BundleRule[] => [
      { match: 'true', action: 'approve', name: 'live', approvers: { users: ['eve'] } },
    ];
    // The role's own call is asked for as well: what is live counts everywhere.
    expect(await rig.attempt({ livePolicies })).toMatchObject({ status: 'parked' });
    await decide('approve', { from: personOf('eve') });
    const ended = await rig.run({ livePolicies });
    expect(ended.status).toBe('succeeded');
    await replaysTo(ended.stateDigest);
  });
});

describe('a step that asks', () => {
  it('waits for people and says who they were', async () => {
    rig = new SessionRig(
      bundleOf({
        inputs: { what: 'tides' },
        steps: [stepOf({ approval: { message: 'Publish ${{ inputs.what }}?' } })],
      }),
    );
    await rig.attempt();
    const [open] = await rig.gates();
    expect(open?.opened.body).toMatchObject({ kind: 'step', message: 'Publish tides?' });
    await decide('approve', { note: 'yes' });
    const ended = await rig.run();
    expect(ended.result).toEqual({ approved: true, by: ['ada'], note: 'yes' });
    await replaysTo(ended.stateDigest);
  });
});

describe('people', () => {
  it('pause a Session at once, and resume it', async () => {
    rig = new SessionRig(bundleOf({ replies: [{ text: 'Late.', delaySeconds: 100 }] }));
    rig.onWait = (ms) => (ms === 100_000 ? rig.inbox.control('pause') : undefined);
    expect(await rig.attempt()).toEqual({ status: 'parked', why: 'paused', gates: [] });
    expect(await rig.attempt()).toEqual({ status: 'parked', why: 'paused', gates: [] });
    rig.inbox.control('resume');
    rig.onWait = (ms) => (ms === 100_000 ? rig.passWaits(ms) : undefined);
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    await replaysTo(ended.stateDigest);
  });

  it('cancel a Session that waits', async () => {
    rig = writing();
    await rig.attempt();
    rig.inbox.control('cancel');
    const ended = await rig.run();
    expect(ended.status).toBe('cancelled');
    await replaysTo(ended.stateDigest);
  });
});
