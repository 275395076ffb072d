import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkManifests, resolveClosure, type Closure } from '#crds';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { treeOf } from '#runtime';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveLocalBundle, type LocalBundle } from './local-bundle.ts';
import { SessionFolder } from './session-folder.ts';

const manifests = `
{ apiVersion: orket.dev/v1alpha1, kind: Flow, metadata: { name: a }, spec: { bandRef: { name: a }, venueRef: { name: a },
  scoreRef: { name: a }, toolsetRefs: [{ name: shop }] } }
---
{ apiVersion: orket.dev/v1alpha1, kind: Band, metadata: { name: a }, spec: { roles: [{ name: a, prompt: b }] } }
---
{ apiVersion: orket.dev/v1alpha1, kind: Venue, metadata: { name: a }, spec: { provider: scripted, replies: [{ text: x }] } }
---
{ apiVersion: orket.dev/v1alpha1, kind: Score, metadata: { name: a }, spec: { steps: [{ id: a, tool: shop.order }] } }
---
{ apiVersion: orket.dev/v1alpha1, kind: Toolset, metadata: { name: shop }, spec: { path: PATH,
  tools: [{ name: order, inputSchema: { type: object } }] } }
`;

function closureWith(path: string): Closure {
  const { resources } = checkManifests(
    decodeManifest('a.yaml', manifests.replace('PATH', path.includes('source') ? path : `${path}, source: module`)),
  );
  const flow = resources.find((resource) => resource.kind === 'Flow');
  const closure = flow === undefined ? undefined : resolveClosure(flow, resources).closure;
  if (closure === undefined) throw new Error('the manifests are valid');
  return closure;
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'orket-bundle-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function resolve(root: string, path: string, searchPath = ''): Promise<LocalBundle> {
  return resolveLocalBundle({
    checkout: { manifests: root, root, pinned: false, origin: { kind: 'files' } },
    closure: closureWith(path),
    inputs: {},
    session: { name: 'a', uid: 'u' },
    folder: new SessionFolder(join(root, '.orket'), 'a'),
    modelFolders: [],
    searchPath,
  });
}

describe('resolveLocalBundle', () => {
  it('pins the code of a Toolset by its folder, and says in the launch alone where that folder is', async () => {
    const files = { 'tools/shop.ts': 'one', 'tools/more.ts': 'two', 'other.ts': 'three' };
    const [here, there] = [folderWith(files), folderWith({ ...files, 'other.ts': 'changed' })];
    const [first, second] = [await resolve(here, 'tools/shop.ts'), await resolve(there, 'tools/shop.ts')];
    const { digest: tree } = await treeOf(join(here, 'tools'));
    expect(first.bundle.tools?.map(({ source }) => source)).toEqual([
      { type: 'module', tree, entry: 'shop.ts', tool: 'order' },
    ]);
    expect(first.launch.toolFolders).toEqual({ [tree]: join(here, 'tools') });
    expect(second.digest).toBe(first.digest);
    writeFileSync(join(there, 'tools/more.ts'), 'changed');
    expect((await resolve(there, 'tools/shop.ts')).digest).not.toBe(first.digest);
  });

  it.each([
    ['does not run', '#!/bin/sh\nexit 1\n', 'one that does not run'],
    ['is too old', `#!/bin/sh\necho '{"program": "/bin/sh", "folder": "/", "version": [3, 8]}'\n`, 'version 3.8'],
    ['is none', '#!/bin/sh\necho hello\n', 'one that does not run'],
  ])('refuses tools in Python before anything begins where python3 %s', async (_what, script, found) => {
    const root = folderWith({ 'tools/shop.py': 'one', 'bin/python3': script });
    chmodSync(join(root, 'bin/python3'), 0o755);
    const python = resolve(root, 'tools/shop.py, source: python', join(root, 'bin'));
    await expect(python).rejects.toMatchObject({
      reason: 'ToolsNotReachable',
      detail: {
        at: expect.stringMatching(/^a\.yaml:11:\d+ spec\.source$/),
        found,
        remedy: 'Install Python 3, or use a Toolset in TypeScript.',
      },
    });
    await expect(resolve(root, 'tools/shop.py', join(root, 'bin'))).resolves.toBeDefined();
  });

  it('names the line of the Toolset whose code is not there', async () => {
    const root = folderWith({ 'a.ts': '' });
    await expect(resolve(root, 'tools/shop.ts')).rejects.toMatchObject({
      reason: 'ToolsNotReachable',
      detail: {
        at: 'a.yaml:11:84 spec.path',
        expected: `a file below ${root}`,
        found: '"tools/shop.ts", nothing there',
      },
    });
  });
});
