import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemPeople } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { asking } from './asking.ts';
import { Sandbox } from './sandbox.ts';

const me = userInfo();
/** Another account that every machine of this kind has. */
const account = me.uid === 1 ? 2 : 1;
const other = systemPeople(account);

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** The name of a Session that waits at a gate, and how its journal begins. */
async function parked(args: readonly string[], options: { readonly account?: number } = {}) {
  const { code, stderr } = await sandbox.start([...args, '--park-after', '0'], options).ended;
  expect(code, stderr).toBe(21);
  const [, name = ''] = /orket approve (\S+) g\d+$/m.exec(stderr) ?? [];
  const [started] = (await recordingIn(sandbox.sessionFile(name, ''))).records;
  return { name, provenance: started?.type === 'session.started' ? started.body.provenance : {} };
}

it.each([
  ['retries', ['retry'], {}],
  ['forks', ['fork', '--at', 'work#1'], { at: 'work#1' }],
])('who %s a Session of somebody else has asked for what comes of it, and may not approve it', async (_, verb, at) => {
  sandbox.manifests('flow.yaml', asking({ approvers: { notRequester: true } }));
  const first = await parked(['run', 'flow.yaml'], { account });
  expect(first.provenance).toMatchObject({ requestedBy: { name: other.name, verifiedBy: 'os-uid' } });

  const mine = await parked([...verb, first.name]);
  const { uid } = JSON.parse(readFileSync(sandbox.sessionFile(first.name, 'launch.json'), 'utf8')).session;
  expect(mine.provenance).toMatchObject({
    session: mine.name,
    requestedBy: { name: me.username, verifiedBy: 'os-uid' },
    from: { session: first.name, uid, ...at },
  });
  const refused = await sandbox.orket('approve', mine.name);
  expect(refused, refused.output).toMatchObject({ code: 2, stderr: expect.stringContaining('asked for the Session') });

  const theirs = await sandbox.start(['approve', mine.name], { account }).ended;
  expect(theirs, theirs.output).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`approved by ${other.name}`),
  });
});
