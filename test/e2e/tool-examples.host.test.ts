import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { buildToolHosts } from '../../scripts/build-tool-hosts.ts';
import { root, Sandbox, watch } from './sandbox.ts';

const example = join(root, 'examples/05-python-tools');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const expected = (file: string): string => readFileSync(join(example, 'expected', file), 'utf8');

/** The calls and how they ended, without times and tokens. */
async function calls(session: string): Promise<string> {
  const { stdout } = await sandbox.orket('tree', session);
  const lines = stdout.trimEnd().split('\n').slice(1);
  return `${lines.map((line) => line.replace(/ {3,}(\w+) .*$/, ': $1')).join('\n')}\n`;
}

describe('examples/05-python-tools', () => {
  it('has a Python tool call a worker, which calls a Python tool, and is replayed without any of them', async () => {
    const run = await sandbox.orket('run', example);
    expect(run.code, run.stderr).toBe(0);
    await expect(run.stdout).toMatchFileSnapshot(join(example, 'expected/stdout.txt'));
    const [session = ''] = sandbox.sessions();
    const [started = ''] = sandbox.read(session, 'journal.jsonl').split('\n');
    const { kind } = JSON.parse(started).body.provenance.hosts.isolation;
    expect(run.stderr.includes('tool hosts run ')).toBe(kind !== 'namespaces');
    await expect(await calls(session)).toMatchFileSnapshot(join(example, 'expected/calls.txt'));
    expect(sandbox.read(session, 'artifacts/digest.md')).toBe(run.stdout.trimEnd());
    expect(await sandbox.orket('verify', session)).toMatchObject({ code: 0 });
    expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
  });

  it('runs as it was built, with nothing of the sources beside', async () => {
    const dist = join(sandbox.path, 'dist');
    await buildBundles(dist, ['orket', 'session']);
    await buildToolHosts(dist);
    const args = [join(dist, 'orket.cjs'), 'run', example];
    const env = { PATH: process.env['PATH'] ?? '', HOME: sandbox.home };
    const run = await watch(spawn(process.execPath, args, { cwd: sandbox.path, env }), () => 0).ended;
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toBe(expected('stdout.txt'));
  });
});

describe('a worker and a tool with the same schemas', () => {
  // Three runs of the command line, each with hosts of its own.
  it('take the place of each other, and no caller changes', { timeout: 120_000 }, async () => {
    const folder = join(sandbox.path, 'minutes');
    cpSync(example, folder, { recursive: true });
    edit('toolset.yaml', 'examples/05-python-tools/tools/', 'tools/');
    const worker = await digest();
    expect(worker.stdout).toBe(expected('stdout.txt'));
    expect(worker.called).toContain('summariser');

    const [band, toolset] = ['band.yaml', 'toolset.yaml'].map((file) => readFileSync(join(folder, file), 'utf8'));
    edit('band.yaml', '      tags: [summary]', '      tags: [retired]');
    writeFileSync(join(folder, 'toolset.yaml'), `${toolset?.trimEnd()}\n${shorten.declared}`);
    const module = join(folder, 'tools/minutes.py');
    writeFileSync(module, `${readFileSync(module, 'utf8')}\n\n${shorten.code}`);
    const tool = await digest();
    expect(tool.stdout).toBe(worker.stdout);
    expect(tool.called).toEqual(['minutes.digest', 'minutes.shorten', 'minutes.shorten', 'minutes.shorten']);

    // And back: the code keeps what it can do, and is not asked for it any more.
    writeFileSync(join(folder, 'band.yaml'), band ?? '');
    writeFileSync(join(folder, 'toolset.yaml'), toolset ?? '');
    expect(await digest()).toEqual(worker);

    function edit(file: string, from: string, to: string): void {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(folder, file), text.replace(from, to));
    }
  });

  async function digest(): Promise<{ readonly stdout: string; readonly called: readonly string[] }> {
    const before = new Set(sandbox.sessions());
    const run = await sandbox.orket('run', 'minutes');
    expect(run.code, run.stderr).toBe(0);
    const session = sandbox.sessions().find((name) => !before.has(name)) ?? '';
    const { records } = await recordingIn(sandbox.sessionFile(session, ''));
    const called = records.flatMap(({ type, body }) => (type === 'call.intent' ? [body.name] : []));
    return { stdout: run.stdout, called: called.toSorted() };
  }
});

/** Does what the worker of the example does, under the schemas that a worker has. */
const shorten = {
  declared: `    - name: shorten
      risk: read
      tags: [summary]
      inputSchema:
        type: object
        properties: { task: { type: string }, input: { type: object, additionalProperties: { type: string } } }
        required: [task, input]
        additionalProperties: false
      outputSchema: { type: string }
`,
  code: `@tool
def shorten(task: str, input: dict[str, str]) -> str:
    """Keeps the first sentence."""
    return f"{input['text'].split('.')[0]} ({count(input['text'])} words before)."
`,
};
