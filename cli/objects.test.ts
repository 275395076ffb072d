import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/conformance/store-samples.ts';
import { fakeShell } from '../test/cli/fake-shell.ts';
import { SessionFolder } from '#controller';
import { findObjects, wantedOf } from './objects.ts';
import { openRecorded } from './recorded.ts';

it.each<readonly [string, string | undefined]>([
  ['session', 'demo-1'],
  ['session/demo-1', undefined],
  ['session.orket.dev/demo-1', undefined],
  ['session', 'session.orket.dev/demo-1'],
  ['sessions', 'ses/demo-1'],
])('%s %s is one Session by its name', (kind, name) => {
  expect(wantedOf(kind, name)).toMatchObject({ info: { kind: 'Session' }, name: 'demo-1' });
});

it.each<readonly [string, string | undefined, string | null]>([
  ['session', 'flow/demo', 'flow/demo'],
  ['session', '../../etc', '../../etc'],
  ['sessions', undefined, null],
])('%s %s keeps its name', (kind, given, name) => {
  expect(wantedOf(kind, given).name).toBe(name);
});

it('a misspelt name among manifests is told with the one that is there, and how to list them', async () => {
  const path = join(temporaryFolder(), 'score.yaml');
  const step = { id: 'ask', approval: { message: 'Shall it?' } };
  const score = {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Score',
    metadata: { name: 'sweep' },
    spec: { steps: [step] },
  };
  writeFileSync(path, JSON.stringify(score));
  const place = { type: 'manifests', paths: [path], namespace: null } as const;
  const wanted = { ...wantedOf('score', 'swep'), allNamespaces: false };
  await expect(findObjects(wanted, place, fakeShell().shell.clock)).rejects.toMatchObject({
    reason: 'NotFound',
    detail: { remedy: `Did you mean "sweep"? List what there is with \`orket get scores -f ${path}\`.` },
  });
});

it('a misspelt Session is told with the one that is there', async () => {
  const stateDir = temporaryFolder();
  mkdirSync(join(stateDir, 'sessions', 'sweep-1'), { recursive: true });
  writeFileSync(new SessionFolder(stateDir, 'sweep-1').resource, '');
  const wanted = { ...wantedOf('session', 'swep-1'), allNamespaces: false };
  await expect(findObjects(wanted, { type: 'local', stateDir }, fakeShell().shell.clock)).rejects.toMatchObject({
    reason: 'NotFound',
    detail: { remedy: expect.stringContaining('Did you mean "sweep-1"?') },
  });
});

it.each(['nope', 'nope.orket'])('%s that is neither a Session nor a file is told to be no Session', async (what) => {
  const { shell } = fakeShell({ cwd: temporaryFolder() });
  await expect(openRecorded(what, {}, shell.terminal)).rejects.toMatchObject({
    reason: 'NotFound',
    summary: `there is no Session "${what}"`,
    detail: { expected: expect.stringContaining('archive'), remedy: expect.stringContaining('orket get sessions') },
  });
});
