import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../controller/kube/clock.ts';
import { load } from '../../cli/load.ts';
import { judgeToolCode } from '../../cli/tool-code.ts';
import { fakeShell } from '../cli/fake-shell.ts';
import { confinementHere, hostsFolder } from '../conformance/tool-host-rig.ts';
import { root, Sandbox, type Finished } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());
afterAll(() => rmSync(hostsFolder, { recursive: true }));

const text = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
  additionalProperties: false,
};
const tool = (name: string, more: object = {}): object => ({ name, risk: 'read', inputSchema: text, ...more });

const languages = {
  module: {
    path: 'tools/words.ts',
    code: `import { defineTool } from 'orket/tool';
const input = ${JSON.stringify(text)};
const output = { type: 'integer' };
const run = () => 1;
export const count = defineTool({ name: 'count', description: 'C', input, output, run });
export const spare = defineTool({ name: 'spare', description: 'S', input, output, risk: 'write', run });
`,
    hostile: (file: string) => `import fs from 'node:fs';\nfs.writeFileSync(${JSON.stringify(file)}, 'here');\n`,
  },
  python: {
    path: 'tools/words.py',
    code: `from orket import tool

@tool
def count(text: str) -> int:
    """C"""
    return 1

@tool(risk="write")
def spare(text: str) -> int:
    """S"""
    return 1
`,
    hostile: (file: string) => `open(${JSON.stringify(file)}, 'w').write('here')\n`,
  },
} as const;

const notAsked = 'code is asked only where namespaces keep it apart';

/** Where nothing keeps code apart it is not run, and that is said: then there is nothing else to see. */
async function asked(...flags: readonly string[]): Promise<Finished | null> {
  const verdict = await sandbox.orket('validate', 'words.yaml', ...flags);
  if ((await confinementHere()).kind === 'namespaces') return verdict;
  expect(verdict.stderr).toContain('the code of 1 Toolset was not asked which tools it has');
  return null;
}

function given(source: 'module' | 'python', more: string, ...tools: readonly object[]): void {
  const { path, code } = languages[source];
  sandbox.write(path, `${code}${more}`);
  const metadata = { name: 'words' };
  sandbox.manifests('words.yaml', [
    { apiVersion: 'orket.dev/v1alpha1', kind: 'Toolset', metadata, spec: { source, path, tools } },
  ]);
}

describe.each(['module', 'python'] as const)('orket validate of a Toolset with code, source %s', (source) => {
  const { hostile } = languages[source];

  it('tells where it says something else than its code, and which tool of the code nobody can call', async () => {
    given(source, '', tool('cuont'), tool('spare'), tool('count', { outputSchema: { type: 'string' } }));
    const verdict = await asked();
    if (verdict === null) return;
    expect(verdict, verdict.output).toMatchObject({ code: 2 });
    expect(verdict.stdout).toMatch(/^words\.yaml:\d+:\d+ spec\.tools\[0\]\.name: the code has no tool "cuont"$/m);
    expect(verdict.stdout).toMatch(/one of count, spare, found "cuont"\n {2}Did you mean "count"\? /);
    expect(verdict.stdout).toMatch(
      / spec\.tools\[1\]\.risk: .*\n {2}expected at least write, as the code says, found read$/m,
    );
    expect(verdict.stdout).toMatch(
      / spec\.tools\[2\]\.outputSchema: .*\n {2}expected {"type":"integer"}, as the code says, /m,
    );
    expect(verdict.stderr).toContain('3 problems in 1 resource');
    given(source, '', tool('count'));
    const warned = await asked();
    expect(warned).toMatchObject({ code: 0, stdout: '1 resource, all valid\n' });
    expect(warned?.stderr).toContain('spec.tools: the code has a tool "spare" that is not declared');
  });

  it('takes the digest by which a tool was accepted, and a run takes it too', async () => {
    const declared = { ...tool('count'), digest: `sha256:${'0'.repeat(64)}` };
    given(source, '', declared, tool('spare', { risk: 'write' }));
    const { stdout, output } = await sandbox.orket('validate', 'words.yaml', '--no-code');
    const [, digest = ''] = /to accept it write (sha256:[0-9a-f]{64})\.$/m.exec(stdout) ?? [];
    expect(digest, output).not.toBe('');
    given(source, '', { ...declared, digest }, tool('spare', { risk: 'write' }));
    const called = await sandbox.orket('call', 'words.count', 'words.yaml', '--input', 'text=a');
    expect(called, called.output).toMatchObject({ code: 0, stdout: '1\n' });
  });

  it('runs its code where that reaches nothing of whoever asks, and not at all where that is not wanted', async () => {
    const file = join(sandbox.path, 'reached');
    given(source, hostile(file), tool('count'));
    const verdict = await asked();
    if (verdict !== null) expect(verdict, verdict.output).toMatchObject({ code: 2 });
    if (verdict !== null)
      expect(verdict.stdout).toMatch(/ spec\.path: the host of this tool did not start\n {2}expected /);
    expect(existsSync(file)).toBe(false);
    const left = await sandbox.orket('validate', 'words.yaml', '--no-code');
    expect(left, left.output).toMatchObject({ code: 0, stderr: '' });
  });
});

it('orket validate waits for code that does not come to an end only so long', async () => {
  given('module', 'for (;;);\n', tool('count'));
  const verdict = await asked();
  if (verdict !== null) expect(verdict.stdout).toContain('spec.path: the host did not start in time');
});

describe('orket validate while it asks code', () => {
  /** What it makes for hosts, of which nothing is left. */
  const temporary = (): string => join(sandbox.path, 'temporary');
  const hosts = (): readonly string[] =>
    readdirSync(temporary(), { recursive: true, encoding: 'utf8' }).filter((path) => /orket-host-[^/]*$/.test(path));

  it.for(['SIGINT', 'SIGTERM'] as const)(
    'ends as cancelled by %s and leaves nothing behind',
    async (signal, context) => {
      if ((await confinementHere()).kind !== 'namespaces') return context.skip(notAsked);
      given('module', 'for (;;);\n', tool('count'));
      mkdirSync(temporary());
      const running = sandbox.start(['validate', 'words.yaml'], { env: { TMPDIR: temporary() } });
      await vi.waitFor(() => expect(hosts()).toHaveLength(1), { timeout: 60_000 });
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      expect({ code, stdout, stderr }).toEqual({ code: 22, stdout: '', stderr: 'ended before all was checked\n' });
      expect(readdirSync(temporary())).toEqual([]);
    },
  );

  it('does not read code that is too large', async () => {
    given('module', '', tool('count'));
    truncateSync(sandbox.write('tools/blob', ''), 2 ** 42);
    const verdict = await asked();
    if (verdict !== null)
      expect(verdict.stdout).toMatch(/ the code of a Toolset is too large\n.*, found 4398\d+ bytes$/m);
  });
});

it('code that is asked when the time for all of it is over counts as not asked', async ({ skip }) => {
  if ((await confinementHere()).kind !== 'namespaces') return skip(notAsked);
  given('module', 'for (;;);\n', tool('count'));
  const { resources } = await load([join(sandbox.path, 'words.yaml')], null);
  const { shell } = fakeShell({ environment: process.env });
  const verdict = await judgeToolCode([{ root: sandbox.path, resources }], {
    ...shell,
    sessionCommand: [process.execPath, join(root, 'runtime/main.ts')],
    clock: { ...systemClock, schedule: (_, work) => systemClock.schedule(2_000, work) },
  });
  expect(verdict).toEqual({ problems: [], warnings: [], unasked: 1 });
});
