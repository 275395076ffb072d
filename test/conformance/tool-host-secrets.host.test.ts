import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isJsonObject, parseJson, type JsonObject } from '#crds';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import { makeFolder, type TemporaryFolder } from './tool-host-folder.ts';
import { hostProcesses, leftAfter } from './tool-host-processes.ts';
import { confinementHere, confinementsHere, hostsFolder as ownFolder, type Language } from './tool-host-rig.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = makeFolder();
  folder.file('secret', `key: ${canary}\n`);
  chmodSync(join(folder.path, 'secret'), 0o600);
});
afterEach(() => folder.remove());
afterAll(() => rmSync(ownFolder, { recursive: true, force: true }));

const canary = `canary-${randomBytes(16).toString('hex')}`;

describe.each<Language>(['module', 'python'])('a tool of a %s, beside a runtime with a secret', (language) => {
  it('finds it nowhere, and is gone when the runtime is killed', async () => {
    const seen = await beside(language, await confinementHere(), ['/']);
    expect(seen.found).toEqual([]);
    expect(seen.hosts).toBeGreaterThan(0);
    expect(seen.left).toEqual([]);
  });
});

describe('what only Python could look into', () => {
  it('is closed to it wherever it runs as another user', async ({ skip }) => {
    const asUser = (await confinementsHere()).find(({ kind }) => kind === 'user');
    if (asUser === undefined) return skip('only root can give hosts another user without namespaces');
    expect(await beside('python', asUser, [folder.path])).toMatchObject({ found: [], left: [] });
  });

  it('is open to it where nothing keeps it apart: the search of this test does find what can be found', async () => {
    const none = (await confinementsHere()).find(({ kind }) => kind === 'none');
    if (none === undefined) throw new Error('without anything it always works');
    const { found } = await beside('python', none, [folder.path]);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/environ$/),
        expect.stringMatching(/mem$/),
        `${folder.path}/secret`,
        `${folder.path}/session/journal.jsonl`,
      ]),
    );
  });
});

interface Seen {
  readonly found: unknown;
  /** How many processes of hosts there were. */
  readonly hosts: number;
  /** And what was left of them after the runtime had been killed. */
  readonly left: readonly unknown[];
}

async function beside(language: Language, confinement: Confinement, roots: readonly string[]): Promise<Seen> {
  const script = join(import.meta.dirname, 'tool-host-runtime.ts');
  const args = [script, language, JSON.stringify(confinement), folder.path, JSON.stringify(roots)];
  const runtime = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ORKET_CANARY: canary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  runtime.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect.poll(() => said.endsWith('\n') || runtime.exitCode !== null, { timeout: 100_000 }).toBe(true);
  const { found, hostsFolder } = parsed(said);
  if (typeof hostsFolder !== 'string') throw new Error(`it did not say where its hosts are: ${said}`);
  const hosts = hostProcesses(hostsFolder).length;
  const closed = once(runtime, 'close');
  runtime.kill('SIGKILL');
  await closed;
  const left = await leftAfter(5_000, hostsFolder);
  rmSync(hostsFolder, { recursive: true, force: true });
  return { found, hosts, left };
}

function parsed(text: string): JsonObject {
  const value = parseJson(text.trim());
  return isJsonObject(value) ? value : {};
}
