import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectOwnState } from './own-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-state-'));
  mkdirSync(join(folder, '.orket'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  [
    'whose repository is not there',
    (): void => writeFileSync(join(folder, '.git'), 'gitdir: /nowhere/else\n'),
    process.env,
  ],
  ['on a machine without git', (): void => mkdirSync(join(folder, '.git')), { PATH: '/nowhere' }],
])('local state in a work tree %s is not that of others', async (_where, prepare, environment) => {
  prepare();
  await expect(expectOwnState(join(folder, '.orket'), environment)).resolves.toBeUndefined();
});
