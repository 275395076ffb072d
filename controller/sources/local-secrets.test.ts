import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Closure } from '#crds';
import { readSecrets } from './local-secrets.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'orket-secrets-'));
  mkdirSync(join(home, 'orket/secrets/models'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

function keyFile(content: string, mode = 0o600): void {
  const path = join(home, 'orket/secrets/models/key');
  writeFileSync(path, content);
  chmodSync(path, mode);
}

async function key(environment: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const backends = [{ name: 'a', model: 'm', apiKeySecretRef: { name: 'models', key: 'key' } }];
  const closure = { venue: { spec: { provider: 'openai', backends } } } as unknown as Closure;
  return (await readSecrets(closure, { XDG_CONFIG_HOME: home, ...environment })).get('models/key');
}

describe('a secret of this machine', () => {
  it.each([
    ['sk-1', 'sk-1'],
    ['sk-1\n', 'sk-1'],
    ['sk-1\r\n', 'sk-1'],
    ['sk-1\n\n', 'sk-1\n'],
    [' sk-1 ', ' sk-1 '],
  ])('written %j is %j, from the environment and from a file', async (written, value) => {
    expect(await key({ ORKET_SECRET_MODELS_KEY: written })).toBe(value);
    keyFile(written);
    expect(await key()).toBe(value);
  });

  it('is taken from the environment first, from the file where that is empty', async () => {
    keyFile('of the file');
    expect(await key({ ORKET_SECRET_MODELS_KEY: 'of the environment' })).toBe('of the environment');
    expect(await key({ ORKET_SECRET_MODELS_KEY: '' })).toBe('of the file');
  });

  it('is refused from a file that others may read, and where it is nowhere both places are named', async () => {
    await expect(key()).rejects.toMatchObject({ reason: 'NotFound', detail: expect.anything() });
    await expect(key()).rejects.toThrow(/ORKET_SECRET_MODELS_KEY.*secrets\/models\/key/);
    keyFile('sk-1', 0o640);
    await expect(key()).rejects.toMatchObject({ reason: 'Usage', message: expect.stringContaining('0640') });
  });
});
