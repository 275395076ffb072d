import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { makeCodeCaches } from '../../scripts/starter/warm-up.ts';
import { root, Sandbox, watch } from './sandbox.ts';

let sandbox: Sandbox;
let dist: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  dist = join(sandbox.path, 'dist');
  await buildBundles(dist, ['orket', 'session']);
  makeCodeCaches(dist);
}, 120_000);
afterAll(() => sandbox.remove());

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function node(args: readonly string[], set: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: sandbox.home, ...set };
  return watch(spawn(process.execPath, [...args], { cwd: sandbox.path, env }), () => 0).ended;
}

const example = join(root, 'examples/01-hello');
const hello = ['run', example, '--input', 'name=Ada'];

/** Each file with what would tell that it was written. */
function written(): readonly string[] {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, ...statSync(join(dist, name), { bigint: true }) }))
    .map(({ name, ino, size, mtimeNs, ctimeNs }) => [name, ino, size, mtimeNs, ctimeNs].join(' '))
    .toSorted();
}

/** Whether V8 takes the code cache of a program, under some flags. */
async function isTakenByV8(name: string, ...flags: readonly string[]): Promise<string> {
  const script = `
    import { readFileSync, statSync } from 'node:fs';
    import { readCodeCache } from ${JSON.stringify(join(root, 'scripts/starter/code-cache.ts'))};
    import { besideStarter, compileProgram } from ${JSON.stringify(join(root, 'scripts/starter/program.ts'))};
    const { program, codeCache } = besideStarter(${JSON.stringify(join(dist, `${name}.cjs`))});
    const source = readFileSync(program);
    const code = readCodeCache(codeCache, { source, guard: statSync(program) });
    console.log(code === null ? 'none' : compileProgram(program, source, code).cachedDataRejected);`;
  return (await node([...flags, '--input-type=module', '--eval', script])).stdout.trim();
}

describe('what is built', () => {
  it('has code caches that V8 takes, and passes over where its flags are others', async () => {
    expect(await isTakenByV8('orket')).toBe('false');
    expect(await isTakenByV8('session')).toBe('false');
    expect(await isTakenByV8('session', '--no-opt')).toBe('true');
  });

  it(
    'does the same with code caches, with damaged ones and without, and never writes one',
    { timeout: 60_000 },
    async () => {
      const caches = ['orket', 'session'].map((name) => join(dist, `${name}.code-cache`));
      const whole = caches.map((file) => readFileSync(file));
      const before = written();
      const first = await node([join(dist, 'orket.cjs'), ...hello]);
      expect(first, first.stderr).toMatchObject({ code: 0, stdout: 'Hello, Ada!\n' });
      expect(written()).toEqual(before);

      for (const [index, file] of caches.entries()) {
        const bytes = Buffer.from(whole[index] ?? '');
        bytes.fill(0xff, bytes.length / 2);
        writeFileSync(file, bytes);
      }
      const damaged = await node([join(dist, 'orket.cjs'), ...hello]);
      expect(damaged, damaged.stderr).toMatchObject({ code: 0, stdout: first.stdout });

      for (const file of caches) rmSync(file);
      const names = readdirSync(dist);
      const without = await node([join(dist, 'orket.cjs'), ...hello]);
      expect(without, without.stderr).toMatchObject({ code: 0, stdout: first.stdout });
      expect(readdirSync(dist)).toEqual(names);
      for (const [index, file] of caches.entries()) writeFileSync(file, whole[index] ?? '', { mode: 0o644 });
    },
  );

  it('loads what is no part of it: the client library beside it, and a library of the person', async () => {
    const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
    const context = { name: 'k', context: { cluster: 'c', user: 'u', namespace: 'far' } };
    const users = [{ name: 'u', user: { token: 'none' } }];
    const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts: [context], users };
    const KUBECONFIG = sandbox.write('kubeconfig', { ...config, 'current-context': 'k' });
    const asked = await node([join(dist, 'orket.cjs'), 'get', 'sessions', '--context', 'k'], { KUBECONFIG });
    expect(asked.code).toBe(24);
    expect(asked.stderr).toContain('https://127.0.0.1:1/apis/orket.dev/v1alpha1/namespaces/far/sessions');

    const [flow = '', band = '', , score = ''] = readFileSync(join(example, 'hello.yaml'), 'utf8').split('---\n');
    const venue = { apiVersion: 'orket.dev/v1alpha1', kind: 'Venue', metadata: { name: 'scripted' } };
    const spec = { provider: 'llama', backends: [{ name: 'here', model: 'any.gguf' }] };
    const manifests = [flow, band, `${JSON.stringify({ ...venue, spec })}\n`, score].join('---\n');
    sandbox.write('any.gguf', 'no model');
    const library = sandbox.write('library.mjs', 'await null; export const version = 1;');
    const ran = await node([join(dist, 'orket.cjs'), 'run', sandbox.write('local.yaml', manifests)], {
      ORKET_LLAMA_MODULE: library,
      ORKET_MODELS: sandbox.path,
    });
    expect(ran.code, ran.stderr).toBe(20);
    expect(ran.stderr).toContain('node-llama-cpp is not the expected one');
    expect(`${asked.stderr}${ran.stderr}`).not.toContain('Warning');
  });
});
