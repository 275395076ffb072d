import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closure, score, scripted } from '../e2e/manifests.ts';
import { root, Sandbox, watch, type Finished } from '../e2e/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** Runs the command line where no file may grow beyond so many KiB: the system refuses the write, as on a full disk. */
function within(kib: number, ...args: readonly string[]): Promise<Finished> {
  const command = ['-c', `ulimit -f ${kib}; exec "$0" "$@"`, process.execPath, join(root, 'cli/main.ts'), ...args];
  const env = { PATH: process.env['PATH'] ?? '', HOME: sandbox.home };
  return watch(spawn('bash', command, { cwd: sandbox.path, env, stdio: ['ignore', 'pipe', 'pipe'] }), () => 0).ended;
}

/** Writes files one after another, so that its journal is about 20 KiB. */
function writers(): readonly object[] {
  const path = '${{ request.input.name }}';
  const call = { name: 'files.write', arguments: { path, text: `${path} ${'and so on '.repeat(20)}` } };
  return closure({
    venue: scripted({ when: 'request.turn == 1', toolCalls: [call] }, { text: 'done' }),
    score: score(
      ...['one', 'two', 'three', 'four'].map((id) => ({ id, role: 'worker', task: 'Write.', input: { name: id } })),
    ),
  });
}

async function statusOf(name: string): Promise<Record<string, unknown>> {
  return JSON.parse((await sandbox.orket('get', 'session', name, '-o', 'json')).stdout).status;
}

describe('a disk that is full', () => {
  it('stops a Session in order, says so, and keeps all that was acknowledged; once there is room it goes on to the same state', async () => {
    sandbox.manifests('flow.yaml', writers());
    expect(await sandbox.orket('run', 'flow.yaml')).toMatchObject({ code: 0 });
    const [calm = ''] = sandbox.sessions();
    const { stateDigest } = await statusOf(calm);
    expect(statSync(sandbox.sessionFile(calm, 'journal.jsonl')).size).toBeGreaterThan(14 * 1024);
    for (const kib of [5, 12]) {
      const before = new Set(sandbox.sessions());
      const run = await within(kib, 'run', 'flow.yaml');
      expect(run, run.output).toMatchObject({ code: 24, stdout: '' });
      expect(run.stderr).toContain('JournalWriteFailed');
      expect(run.stderr).toContain('orket resume');
      const name = sandbox.sessions().find((session) => !before.has(session)) ?? '';
      // The file says what its command last wrote; whoever asks is told what the journal says.
      expect(readFileSync(sandbox.sessionFile(name, 'session.yaml'), 'utf8')).toContain('phase: Running');
      expect(await statusOf(name)).toMatchObject({ phase: 'Queued', message: expect.stringContaining('orket resume') });
      expect(await sandbox.orket('verify', name)).toMatchObject({ code: 0 });
      const resumed = await sandbox.orket('resume', name);
      expect(resumed, resumed.output).toMatchObject({ code: 0, stdout: 'done\n' });
      expect(await statusOf(name)).toMatchObject({ phase: 'Succeeded', attempt: 2, stateDigest });
      expect(await sandbox.orket('replay', name)).toMatchObject({ code: 0 });
    }
  }, 300_000);

  it('before a Session has begun says what to do', async () => {
    sandbox.manifests('flow.yaml', writers());
    sandbox.write('.orket/.gitignore', '*\n');
    const run = await within(0, 'run', 'flow.yaml');
    expect(run, run.output).toMatchObject({ code: 24, stdout: '' });
    expect(run.stderr).toContain('Free the disk');
  });
});
