import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { root, Sandbox } from './sandbox.ts';

const example = join(root, 'examples/06-conductor');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** What was changed between steps, and how these ended, without the times. */
async function story(session: string): Promise<string> {
  const { stdout } = await sandbox.orket('events', session);
  const lines = stdout.split('\n').filter((line) => /step\.ended|conductor\.adjusted/.test(line));
  return `${lines.map((line) => line.replace(/^[\d:.]+/, 'TIME')).join('\n')}\n`;
}

async function expectAsKept(text: string, file: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(join(example, 'expected', file));
}

async function expectSame(session: string): Promise<void> {
  expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
}

describe('examples/06-conductor', () => {
  it('notices that a role drifts, patches it, and has the step tried again', async () => {
    const run = await sandbox.orket('run', example);
    expect(run.code, run.stderr).toBe(0);
    await expectAsKept(run.stdout, 'stdout.txt');
    const [session = ''] = sandbox.sessions();
    await expectAsKept(await story(session), 'adjusted.txt');
    await expectSame(session);
  });

  it('only says what it would have done where it is to suggest', async () => {
    cpSync(example, join(sandbox.path, 'suggest'), { recursive: true });
    const flow = join(sandbox.path, 'suggest/flow.yaml');
    writeFileSync(flow, readFileSync(flow, 'utf8').replace('mode: auto', 'mode: suggest'));
    const run = await sandbox.orket('run', 'suggest');
    expect(run, run.stderr).toMatchObject({ code: 20, stdout: '' });
    const [session = ''] = sandbox.sessions();
    await expectAsKept(await story(session), 'suggested.txt');
    await expectSame(session);
  });
});
