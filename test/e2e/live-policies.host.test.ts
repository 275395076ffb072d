import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay, type JournalRecord } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { git, repository } from './git.ts';
import { band, closure, flow, score } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
let project: string;

/** A step that reaches out of the Session, which waits for people where no rule says otherwise. */
const manifests = [
  ...closure({
    flow: flow({ spec: { toolsetRefs: [{ name: 'net' }] } }),
    band: band(),
    score: score({ id: 'look', tool: 'net.list', input: { path: 'workspace:' } }),
  }),
  {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Toolset',
    metadata: { name: 'net' },
    spec: { source: 'builtin', tools: [{ name: 'list', risk: 'network' }] },
  },
];

function policy(name: string, rule: object): string {
  return JSON.stringify({
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name },
    spec: { rules: [{ name, ...rule }] },
  });
}

beforeEach(() => {
  sandbox = new Sandbox();
  project = join(sandbox.path, 'project');
  repository(project, { 'flow.yaml': manifests.map((each) => JSON.stringify(each)).join('\n---\n') });
});
afterEach(() => sandbox.remove());

function commit(file: string, text: string): void {
  writeFileSync(join(project, file), text);
  git(project, 'add', '--all');
  git(project, 'commit', '--quiet', '--message', 'Be careful');
}

async function parked(): Promise<string> {
  const run = await sandbox.orket('run', 'project', '--approvals', 'park', '--park-after', '0');
  expect(run.code, run.stderr).toBe(21);
  return sandbox.sessions()[0] ?? '';
}

function recordsOf(session: string): readonly JournalRecord[] {
  const lines = sandbox.read(session, 'journal.jsonl').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JournalRecord);
}

describe('Policies that become stricter while a Session waits', { timeout: 180_000 }, () => {
  it('make an approval void that was given before, say so, and ask again', async () => {
    const session = await parked();
    expect(await sandbox.orket('approve', session, '--no-resume')).toMatchObject({ code: 0 });
    commit('policy.yaml', policy('look-again', { match: "call.risk == 'network'", action: 'approve' }));

    const again = await sandbox.orket('resume', session, '--approvals', 'park', '--park-after', '0');
    expect(again.code, again.stderr).toBe(21);
    const gates = recordsOf(session).filter((record) => record.type === 'gate.opened');
    expect(gates.map(({ body }) => body.voids)).toEqual([null, { gate: gates[0]?.seq, changed: ['rules'] }]);
    expect(gates[1]?.body.rules).toMatchObject([{ name: 'look-again', source: 'live', action: 'approve' }]);

    const ended = await sandbox.orket('approve', session);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await sandbox.orket('verify', session)).toMatchObject({ code: 0 });
    expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
  });

  it('reach a process that waits for a decision', async () => {
    const running = sandbox.start(['run', 'project', '--approvals', 'park', '--park-after', '60']);
    await running.said('gate');
    const session = sandbox.sessions()[0] ?? '';
    commit('policy.yaml', policy('never', { match: "call.name == 'net.list'", action: 'deny' }));
    await expect.poll(() => read(session), { timeout: 20_000 }).toContain('never');
    await sandbox.orket('approve', session);
    expect(await running.ended).toMatchObject({ code: 20 });
  });

  it('keep a Session from going on where they cannot be read, and loosen nothing', async () => {
    const session = await parked();
    await sandbox.orket('approve', session, '--no-resume');
    commit('policy.yaml', policy('odd', { match: 'call.riks == 1', action: 'deny' }));
    const refused = await sandbox.orket('resume', session);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('policy.yaml');
    expect(refused.stderr).toContain('Did you mean "risk"?');

    const other = JSON.parse(policy('others', { match: 'true', action: 'deny' }));
    other.spec.flowSelector = { matchLabels: { team: 'red' } };
    commit('policy.yaml', `${policy('easy', { match: 'true', action: 'allow' })}\n---\n${JSON.stringify(other)}`);
    // What else is wrong in the manifests by now is nothing to a Session that is pinned.
    commit('flow.yaml', readFileSync(join(project, 'flow.yaml'), 'utf8').replace('"scoreRef"', '"scroeRef"'));
    const ended = await sandbox.orket('resume', session);
    expect(ended.code, ended.stderr).toBe(0);
    expect(recordsOf(session).filter(({ type }) => type === 'policy.decided')).toEqual([]);
  });
});

function read(session: string): string {
  try {
    return sandbox.read(session, 'policies.json');
  } catch {
    return '';
  }
}
