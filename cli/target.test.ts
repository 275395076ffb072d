import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeShell } from '../test/cli/fake-shell.ts';
import { targetOf, type TargetFlags } from './target.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-target-'));
  for (const name of ['with/.orket', 'without', 'home', 'kube-home/.kube/config'])
    mkdirSync(join(folder, name), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly flags?: TargetFlags;
  readonly cwd?: 'with' | 'without';
  readonly environment?: Readonly<Record<string, string>>;
  readonly plugin?: boolean;
}

function target({ flags = {}, cwd = 'with', environment = {}, plugin = false }: Given): ReturnType<typeof targetOf> {
  const { shell } = fakeShell({ cwd: join(folder, cwd), environment: { HOME: join(folder, 'home'), ...environment } });
  return targetOf(flags, shell.terminal, plugin);
}

const cluster = { type: 'cluster', kubeconfig: null, context: null, namespace: null };

describe('where a verb looks', () => {
  it.each<[string, Given, object]>([
    ['local state that is here', {}, { type: 'local' }],
    ['local state that is named', { flags: { state: 'other' }, cwd: 'without' }, { type: 'local' }],
    ['local state rather than a cluster of the environment', { environment: { KUBECONFIG: 'k' } }, { type: 'local' }],
    [
      'a cluster of the environment',
      { cwd: 'without', environment: { KUBECONFIG: 'k' } },
      { ...cluster, kubeconfig: 'k' },
    ],
    [
      'a cluster that is named',
      { flags: { context: 'c', namespace: 'n' } },
      { ...cluster, context: 'c', namespace: 'n' },
    ],
    ['the cluster, as a plugin of kubectl', { plugin: true }, cluster],
  ])('is %s', (_, given, expected) => expect(target(given)).toMatchObject(expected));

  it('is the cluster of the home folder', () => {
    expect(target({ cwd: 'without', environment: { HOME: join(folder, 'kube-home') } })).toEqual(cluster);
  });

  it('cannot be both, or neither', () => {
    expect(() => target({ flags: { state: 'a', kubeconfig: 'b' } })).toThrow(
      expect.objectContaining({ reason: 'Usage' }),
    );
    expect(() => target({ cwd: 'without' })).toThrow(expect.objectContaining({ reason: 'NotFound' }));
  });
});
