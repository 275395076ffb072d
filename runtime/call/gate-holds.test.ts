import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, type BundleRule, type BundleTool } from '#crds';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { hostsOf } from '../../test/session/hosted.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import type { SessionEvent } from '#runtime';
import { SessionRig } from '../../test/session/rig.ts';
import type { HostedWork } from '../tools/host/hosts.ts';
import type { Decision } from '../inbox/inbox.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

/** A step that writes a file once rules let it. */
function writing(rule: Partial<BundleRule> = {}): SessionRig {
  return new SessionRig(
    bundleOf({
      policyRules: [{ match: 'call.name == "files.write"', action: 'approve', ...rule }],
      steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'one' } })],
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

async function endsAndReplays(): Promise<void> {
  const ended = await rig.run();
  expect(ended.status).toBe('succeeded');
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
}

describe('an approval that takes several people', () => {
  it('counts the last that each of them said, and not what they have withdrawn', async () => {
    rig = writing({ approvers: { quorum: 2 } });
    await rig.attempt();
    const input = { path: 'b.md', text: 'two' };
    await decide('approve', { from: personOf('ada') });
    await decide('approve', { from: personOf('ada'), input });
    await decide('approve', { from: personOf('bob') });
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide('approve', { from: personOf('bob'), input });
    await endsAndReplays();
    const records = await rig.records();
    expect(records.find(({ type }) => type === 'gate.decided')?.body).toMatchObject({
      verdict: 'edited',
      by: [{ name: 'ada' }, { name: 'bob' }],
    });
    expect(records.find(({ type }) => type === 'call.intent')?.body).toMatchObject({ input: { value: input } });
  });
});

const source = { type: 'module', tree: digestOf('tree'), entry: 'index.ts', tool: 'send' } as const;
const inputSchema = { $defs: { file: { format: 'orket-file' } }, additionalProperties: { $ref: '#/$defs/file' } };
const send: BundleTool = { name: 'post.send', source, risk: 'destructive', inputSchema };

/** A step that sends a file that another wrote, and what was sent. */
function sending(path: string): { readonly hosts: HostedWork; readonly sent: () => number } {
  let sent = 0;
  rig = new SessionRig(
    bundleOf({
      tools: [toolOf('files.write', 'write'), send],
      policyRules: [{ match: 'call.name == "post.send"', action: 'approve' }],
      steps: [
        stepOf({ id: 'write', tool: 'files.write', input: { path: 'a.md', text: 'one' } }),
        stepOf({ id: 'send', tool: 'post.send', input: { path } }),
      ],
    }),
  );
  return { hosts: hostsOf(async () => (sent += 1)), sent: () => sent };
}

/** Has the gates that open be approved one after another, each after something happened. */
function approvedAfter(...happens: readonly (() => void)[]): (event: SessionEvent) => void {
  const left = [...happens];
  return (event) => {
    if (event.type !== 'record' || event.record.type !== 'gate.opened') return;
    left.shift()?.();
    void decide('approve');
  };
}

async function opened(): Promise<readonly unknown[]> {
  return (await rig.records()).flatMap((record) => (record.type === 'gate.opened' ? [record.body] : []));
}

const inWorkspace = (text: string) => (): void => writeFileSync(join(rig.folder, 'workspace', 'a.md'), text);

describe('an approval of a call that names a file', () => {
  it('is void once the file changes while it waits, and is asked for again', async () => {
    const { hosts, sent } = sending('a.md');
    const ended = await rig.run({ hosts, parkAfterMs: 60_000, observe: approvedAfter(inWorkspace('two')) });
    expect(ended.status).toBe('succeeded');
    expect(sent()).toBe(1);
    expect(await opened()).toMatchObject([
      { files: [{ path: 'a.md' }], voids: null },
      { files: [{ path: 'a.md' }], voids: { changed: ['files'] } },
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it('holds where the file stays as it is, and where there is none', async () => {
    for (const path of ['a.md', 'none.md']) {
      const { hosts, sent } = sending(path);
      const ended = await rig.run({ hosts, parkAfterMs: 60_000, observe: approvedAfter() });
      expect(sent()).toBe(1);
      expect(await opened()).toHaveLength(1);
      expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
      rig.dispose();
    }
  });

  it.each(['domain:a.md', '../a.md'])('is not asked for where the file cannot be read, as %s', async (path) => {
    const { hosts, sent } = sending(path);
    const ended = await rig.run({ hosts });
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'InputRefused' } });
    expect(sent()).toBe(0);
    expect(await opened()).toEqual([]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });

  it('lets nothing happen where the file cannot be read any more', async () => {
    const { hosts, sent } = sending('a.md');
    const ended = await rig.run({
      hosts,
      parkAfterMs: 60_000,
      observe: approvedAfter(inWorkspace('x'.repeat(16 * 1024 * 1024 + 1))),
    });
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'InputRefused' } });
    expect(sent()).toBe(0);
    expect((await rig.records()).find(({ type }) => type === 'call.denied')).toMatchObject({
      path: 'send#1~1',
      body: { error: { message: expect.stringContaining('file-too-large') } },
    });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});

describe('an approval that was given in time', () => {
  const rule = { expiresAfterSeconds: 60 } as const;

  /** Approved, and killed before the call began. */
  async function killedOnceApproved(parts: Partial<BundleRule>): Promise<void> {
    rig = writing({ ...rule, ...parts });
    await rig.attempt();
    await decide('approve');
    rig.store.dieAfter = rig.store.lines.length + 3;
    await rig.attempt().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect((await rig.records()).at(-1)?.type).toBe('gate.decided');
  }

  it('is void where the call would begin after it expired, and is asked for again', async () => {
    await killedOnceApproved({});
    rig.now += 7 * 24 * 3600 * 1000;
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    expect(await opened()).toMatchObject([{ voids: null }, { voids: { changed: ['expiry'] } }]);
    await decide('approve');
    await endsAndReplays();
  });

  it('holds in the next attempt as long as it has not expired, or where that lets the call happen', async () => {
    await killedOnceApproved({});
    rig.now += 1000;
    await endsAndReplays();
    expect(await opened()).toHaveLength(1);
    rig.dispose();
    await killedOnceApproved({ onExpiry: 'allow' });
    rig.now += 7 * 24 * 3600 * 1000;
    await endsAndReplays();
    expect(await opened()).toHaveLength(1);
  });
});
