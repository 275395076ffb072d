import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { root, Sandbox } from './sandbox.ts';

const example = join(root, 'examples/07-mesh');

let sandbox: Sandbox;
let servers: ChildProcess;
let said = '';
beforeEach(() => {
  sandbox = new Sandbox();
  said = '';
  // Any port, so that what else runs on this machine is in nobody's way.
  servers = spawn(process.execPath, [join(example, 'server.ts'), '0', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
});
afterEach(async () => {
  const closed = once(servers, 'close');
  servers.kill('SIGKILL');
  await closed;
  sandbox.remove();
});

/** The port that a server said it listens on, once it did. */
async function portOf(name: string): Promise<string> {
  const listens = new RegExp(`^${name} listens on http://127\\.0\\.0\\.1:(\\d+)/v1$`, 'm');
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(listens);
  return listens.exec(said)?.[1] ?? '';
}

async function expectAsKept(text: string, file: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(join(example, 'expected', file));
}

it('examples/07-mesh goes on with the other back end where one dies in the middle of an answer', async () => {
  const [left, right] = [await portOf('left'), await portOf('right')];
  cpSync(example, join(sandbox.path, 'mesh'), { recursive: true });
  const venue = join(sandbox.path, 'mesh/venue.yaml');
  writeFileSync(venue, readFileSync(venue, 'utf8').replace(':18471/', `:${left}/`).replace(':18472/', `:${right}/`));

  const run = await sandbox.orket('run', 'mesh');
  expect(run.code, run.stderr).toBe(0);
  expect(said).toContain('left is dead');
  expect(run.stderr).toContain('the model server broke off its answer');
  expect(run.stderr).toContain('from right, after left: ModelUnreachable');
  await expectAsKept(run.stdout, 'stdout.txt');

  const [session = ''] = sandbox.sessions();
  const events = (await sandbox.orket('events', session)).stdout.split('\n');
  const served = events
    .filter((line) => line.includes('model.response'))
    .map((line) => line.replace(/^[\d:.]+/, 'TIME').replace(`:${left}/`, ':LEFT/'));
  await expectAsKept(`${served.join('\n')}\n`, 'turns.txt');
  const described = (await sandbox.orket('describe', 'session', session)).stdout;
  await expectAsKept(/^Model turns:\n(?: {2}.*\n)*/m.exec(described)?.[0] ?? '', 'usage.txt');

  expect(await sandbox.orket('verify', session)).toMatchObject({ code: 0 });
  expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
});
