import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { asking } from './asking.ts';
import { git, repository } from './git.ts';
import { atTerminal } from './person.ts';
import { Sandbox, type Finished } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** The Session and the gate that a command says waits. */
function waiting({ code, stderr }: Finished) {
  expect(code, stderr).toBe(21);
  const [, session = '', gate = ''] = /orket approve (\S+) (g\d+)$/m.exec(stderr) ?? [];
  return { session, gate };
}

/** Looks at the call that waits, as a person does who decides nothing yet, and commits what a file says of it. */
async function committed(session: string, path: string, said: object): Promise<void> {
  const reader = atTerminal(sandbox, 'approve', session);
  await reader.sees('? [y/N] ');
  reader.types('n');
  const [, gateDigest] = /Decision: +(sha256:[0-9a-f]{64})/.exec((await reader.ended).stdout) ?? [];
  sandbox.write(path, { gateDigest, ...said });
  git(sandbox.path, 'add', path);
  git(sandbox.path, 'commit', '--quiet', '--message', `Decide in ${path}`);
}

it('is decided by files that were committed: denied, then approved with another input from a clone of them', async () => {
  repository(sandbox.path, {
    'flow.yaml': asking()
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  });
  const first = waiting(await sandbox.orket('run', 'flow.yaml', '--park-after', '0'));
  await committed(first.session, 'approvals/first.yaml', { gate: first.gate, verdict: 'deny', note: 'not in red' });
  const denied = await sandbox.orket('deny', first.session, '-f', 'approvals/first.yaml');
  const { session, gate } = waiting(denied);
  expect(denied.stderr).toContain('people denied this call: not in red');

  const input = { path: 'workspace:b.txt', text: 'plain' };
  const said = { gate, verdict: 'approve', note: 'as reviewed', input };
  await committed(session, 'approvals/second.yaml', said);
  const clone = join(sandbox.path, 'clone');
  git(sandbox.path, 'clone', '--quiet', '.', clone);
  const args = ['approve', session, '-f', 'approvals/second.yaml', '--state', sandbox.state];
  const approved = await sandbox.start(args, { cwd: clone }).ended;
  expect(approved, approved.output).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wrote workspace:b.txt/) });
  expect(readFileSync(sandbox.sessionFile(session, 'workspace/b.txt'), 'utf8')).toBe('plain');

  const recording = await recordingIn(sandbox.sessionFile(session, ''));
  const { username } = userInfo();
  const records = recording.records.flatMap(({ type, body }) => (type === 'gate.decided' ? [body] : []));
  expect(records).toMatchObject([
    { verdict: 'denied', by: [{ name: username, verifiedBy: 'os-uid' }] },
    { verdict: 'edited', by: [{ name: username, verifiedBy: 'os-uid' }], value: { value: input } },
  ]);
  expect(await replay(recording)).toMatchObject({ verdict: 'same' });
});
