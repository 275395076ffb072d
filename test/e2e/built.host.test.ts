import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { buildToolHosts } from '../../scripts/build-tool-hosts.ts';
import { root } from './sandbox.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orket-built-'));
  const built = join(folder, 'built');
  const [command] = await buildBundles(built, ['orket', 'session']);
  await buildToolHosts(built);
  chmodSync(command?.path ?? '', 0o755);
  // Away from the checkout, and from where it was built.
  cpSync(built, join(folder, 'opt'), { recursive: true });
  rmSync(built, { recursive: true });
  for (const name of ['bin', 'home']) mkdirSync(join(folder, name));
  for (const name of ['orket', 'kubectl-orket']) symlinkSync(join(folder, 'opt/orket.cjs'), join(folder, 'bin', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command by its name, as a person does in a folder of their own. */
function type(command: string, ...args: readonly string[]) {
  const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  return spawnSync(command, args, { cwd: folder, env: { PATH: path, HOME: join(folder, 'home') }, encoding: 'utf8' });
}

it('what npm run build makes is a command that works from any place', () => {
  cpSync(join(root, 'examples/01-hello/hello.yaml'), join(folder, 'hello.yaml'));
  const run = type('orket', 'run', 'hello.yaml', '--input', 'name=Ada');
  expect(run, run.stderr).toMatchObject({ status: 0, stdout: 'Hello, Ada!\n' });
  expect(type('orket', 'get', 'sessions').stdout).toMatch(/^hello-\S+ +Succeeded /m);
  expect(type('kubectl-orket', '--help').stdout).toContain('Usage: kubectl orket');
});

it('and finds what runs tools beside itself', () => {
  const run = type('orket', 'run', join(root, 'examples/05-python-tools'));
  expect(run, run.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('# 3 items, 32 words') });
});

it('and says which Node it needs where it is started with an older one', () => {
  const older = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
  const run = type(process.execPath, '-e', `${older}; require(${JSON.stringify(join(folder, 'opt/orket.cjs'))})`);
  expect(run).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('expected Node 24 or later, found 20.20.2'),
  });
});
