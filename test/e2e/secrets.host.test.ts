import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startOpenAIServer, type OpenAIServer } from '../conformance/openai-process.ts';
import { closure, server } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

const apiKeySecretRef = { name: 'openai', key: 'key' };
let models: OpenAIServer;
beforeAll(async () => {
  models = await startOpenAIServer();
});
afterAll(() => models.stop());

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

function withVenue(model: string): void {
  sandbox.manifests('flow.yaml', closure({ venue: server(models.baseURL, model, { apiKeySecretRef }) }));
}

function secretFile(mode: number): void {
  chmodSync(sandbox.write('home/.config/orket/secrets/openai/key', 'sk-from-a-file\n'), mode);
}

describe('a secret', () => {
  it('that is nowhere is asked for, with both places where it may be', async () => {
    withVenue('any');
    const run = await sandbox.orket('run', 'flow.yaml');
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('ORKET_SECRET_OPENAI_KEY');
    expect(run.stderr).toContain(join(sandbox.home, '.config/orket/secrets/openai/key'));
    expect(sandbox.sessions()).toEqual([]);
  });

  it('in a file that others may read is refused, with the command that mends it', async () => {
    withVenue('usage-missing');
    secretFile(0o644);
    const run = await sandbox.orket('run', 'flow.yaml');
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/expected mode 0600.+found mode 0644[^]+chmod 600/);
    secretFile(0o600);
    expect(await sandbox.orket('run', 'flow.yaml')).toMatchObject({ code: 0, stdout: 'fine\n' });
    expect((await models.seen()).headers).toMatchObject({ authorization: 'Bearer sk-from-a-file' });
  });

  it('is in no file, output, argument or environment but that of the command line', async () => {
    // The server says the key in its refusal, as some do.
    withVenue('echoes-the-key');
    const running = sandbox.start(['run', 'flow.yaml'], { env: { ORKET_SECRET_OPENAI_KEY: 'sk-canary-4b1d8e2f' } });
    await running.said('step.started');
    const seen = processesBelow(running.child.pid ?? 0);
    const run = await running.ended;
    expect(run.code).toBe(20);
    expect(run.stderr).toContain('status 401');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join('\n')).not.toContain('4b1d8e2f');
    expectNowhere('4b1d8e2f', run.output);
    for (const verb of ['events', 'verify']) {
      const shown = await sandbox.orket(verb, sandbox.sessions()[0] ?? '', '-o', 'json');
      expect(shown.output).not.toContain('4b1d8e2f');
    }
    // Nor in a fork to which somebody says it, or in an archive.
    const said = ['--at', 'work#1', '--outcome', 'work#1="The key is sk-canary-4b1d8e2f."'];
    const env = { ORKET_SECRET_OPENAI_KEY: 'sk-canary-4b1d8e2f' };
    const fork = await sandbox.start(['fork', sandbox.sessions()[0] ?? '', ...said], { env }).ended;
    expect(fork, fork.output).toMatchObject({ code: 0, stdout: 'The key is ‹secret:openai/key›.\n' });
    for (const name of sandbox.sessions())
      expect(await sandbox.orket('export', name, `${name}.orket`)).toMatchObject({ code: 0 });
    expectNowhere('4b1d8e2f', fork.output);
  });
});

/** Arguments and environments of the children of a process, as the kernel tells them now. */
function processesBelow(parent: number): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        if (ppid !== parent) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

function expectNowhere(text: string, output: string): void {
  expect(output).not.toContain(text);
  const files = readdirSync(sandbox.path, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(sandbox.path, file)).isFile(),
  );
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) expect(readFileSync(join(sandbox.path, file), 'latin1'), file).not.toContain(text);
}
