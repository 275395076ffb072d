import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { root, Sandbox } from './sandbox.ts';
import { sessionProcess } from './session-process.ts';

const example = join(root, 'examples/04-approval');

let sandbox: Sandbox;
let warehouse: ChildProcess;
let said = '';
beforeEach(() => {
  sandbox = new Sandbox();
  said = '';
  // Any port, so that what else runs on this machine is in nobody's way.
  warehouse = spawn(process.execPath, [join(example, 'warehouse.ts'), '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  warehouse.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
});
afterEach(async () => {
  const closed = once(warehouse, 'close');
  warehouse.kill('SIGKILL');
  await closed;
  sandbox.remove();
});

async function placeOfWarehouse(): Promise<string> {
  const listens = /^the warehouse listens on (http:\/\/127\.0\.0\.1:\d+)$/m;
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(listens);
  return listens.exec(said)?.[1] ?? '';
}

/** Without what differs from run to run: names, times, people, ports and the digests that follow from them. */
function normalised(text: string, session: string): string {
  return text
    .replaceAll(session, 'SESSION')
    .replaceAll(/^\d{2}:\d{2}:\d{2}\.\d{3}/gm, 'TIME')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z \(in \w+\)/g, 'TIME')
    .replaceAll(/sha256:[0-9a-f]+/g, 'DIGEST')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'WAREHOUSE')
    .replaceAll(/(decision from|approved by) .*/g, '$1 PERSON');
}

it('examples/04-approval throws a crate away once it was approved, and once only, whatever is killed', async () => {
  const place = await placeOfWarehouse();
  const asked = ['--approvals', 'park', '--park-after', '0'];
  const run = await sandbox.orket('run', example, '--input', `warehouse=${place}`, ...asked);
  expect(run.code, run.stderr).toBe(21);
  expect(said).not.toContain('thrown away');
  const [session = ''] = sandbox.sessions();

  const approved = await sandbox.orket('approve', session, '--no-resume');
  expect(approved.code, approved.stderr).toBe(0);
  await expect(normalised(approved.output, session)).toMatchFileSnapshot(join(example, 'expected/approve.txt'));
  expect(said).not.toContain('thrown away');

  const killed = sandbox.start(['resume', session]);
  await killed.said('tidy#1~1/t3~1');
  expect(said).toContain('crate-7 is thrown away\n');
  const worker = sessionProcess(killed.child.pid ?? 0);
  killed.child.kill('SIGKILL');
  if (worker !== null) process.kill(worker, 'SIGKILL');
  expect((await killed.ended).code).toBe(null);

  const resumed = await sandbox.orket('resume', session);
  expect(resumed.code, resumed.stderr).toBe(0);
  await expect(resumed.stdout).toMatchFileSnapshot(join(example, 'expected/stdout.txt'));
  expect(said.match(/crate-\d/g)).toEqual(['crate-7']);

  const events = await sandbox.orket('events', session);
  await expect(normalised(events.stdout, session)).toMatchFileSnapshot(join(example, 'expected/events.txt'));
  expect(await sandbox.orket('verify', session)).toMatchObject({ code: 0 });
  expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
}, 180_000);

it('examples/04-approval lets the crate be where it is denied', async () => {
  const place = await placeOfWarehouse();
  const asked = ['--approvals', 'park', '--park-after', '0'];
  await sandbox.orket('run', example, '--input', `warehouse=${place}`, ...asked);
  const [session = ''] = sandbox.sessions();
  const denied = await sandbox.orket('deny', session, '--note', 'we still need it');
  expect(denied).toMatchObject({ code: 0, stdout: 'The crate of rust stays where it is.\n' });
  expect(said).not.toContain('thrown away');
}, 60_000);
