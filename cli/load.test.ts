import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/conformance/store-samples.ts';
import { loadValid } from './load.ts';
import { fakeShell } from '../test/cli/fake-shell.ts';

const broken = JSON.stringify({ apiVersion: 'orket.dev/v1alpha1', kind: 'Band', metadata: { name: 'b' }, spec: {} });

it('a problem is told where it is from the folder that a person is in, and else by its whole path', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'below'));
  writeFileSync(join(folder, 'below/band.json'), broken);
  for (const [cwd, file] of [
    [folder, 'below/band.json'],
    [join(folder, 'below'), 'band.json'],
    ['/elsewhere', join(folder, 'below/band.json')],
  ] as const) {
    const { shell, said } = fakeShell({ cwd });
    const path = join(folder, 'below/band.json');
    await expect(loadValid([path], null, shell.terminal)).rejects.toMatchObject({ detail: { at: file } });
    expect(said.errors[0]).toMatch(new RegExp(`^${file}:1:\\d+ spec`));
  }
});
