import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from './command.ts';
import { packImage, type ImageFiles } from './image.ts';
import { loadedLibraries, nodeFiles, nodePath } from './node-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-image-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const deepFolder = `/a/${'folder/'.repeat(20)}`;

test('writes the same bytes for the same files, in whatever order they are given', () => {
  const files = { '/z': { content: 'last' }, '/a/b': { content: 'first', mode: 0o600 } };
  const backwards = Object.fromEntries(Object.entries(files).toReversed());

  expect(pack('one.tar', files)).toBe(pack('two.tar', backwards));
  expect(readFileSync(join(folder, 'one.tar'))).toEqual(readFileSync(join(folder, 'two.tar')));
});

test('writes what tar reads: long paths, modes, links, folders and empty files', async () => {
  const files: ImageFiles = {
    [`${deepFolder}note`]: { content: 'found' },
    '/empty': { content: '' },
    '/program': { content: '#!', mode: 0o755 },
    '/link': { link: `${deepFolder}note` },
    '/tmp': { folder: true, mode: 0o1777 },
  };
  pack('files.tar', files);
  const layer = await unpackLayer('files.tar');
  const list = await runCommand('tar', ['--list', '--verbose', '--file', layer]);

  expect(list).toMatch(/^-rw-r--r-- 0\/0 +0 1970-01-01 00:00 empty$/m);
  expect(list).toMatch(/^-rwxr-xr-x .* program$/m);
  expect(list).toMatch(/^drwxrwxrwt .* tmp\/$/m);
  expect(list).toContain(`link -> ${deepFolder}note`);
  expect(await runCommand('tar', ['--extract', '--to-stdout', '--file', layer, `${deepFolder}note`.slice(1)])).toBe(
    'found',
  );
});

test('names every blob by its digest', async () => {
  pack('blobs.tar', { '/file': { content: 'text' } });
  const blobs = (await runCommand('tar', ['--list', '--file', join(folder, 'blobs.tar')]))
    .split('\n')
    .filter((name) => name.startsWith('blobs/'));
  await runCommand('tar', ['--extract', '--file', join(folder, 'blobs.tar'), '--directory', folder]);

  expect(blobs).toHaveLength(3);
  for (const blob of blobs) {
    expect(blob).toBe(
      `blobs/sha256/${createHash('sha256')
        .update(readFileSync(join(folder, blob)))
        .digest('hex')}`,
    );
  }
});

test('packs Node so that it runs with nothing else in sight', async () => {
  pack('node.tar', await nodeFiles());
  const root = join(folder, 'root');
  await runCommand('mkdir', [root]);
  await runCommand('tar', ['--extract', '--file', await unpackLayer('node.tar'), '--directory', root]);

  expect(await runCommand('chroot', [root, nodePath, '--print', 'process.version'])).toMatch(/^v24\./);
});

test('reads the libraries out of what ldd prints', () => {
  const output = `	linux-vdso.so.1 (0x00007ffd)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3c)
	/lib64/ld-linux-x86-64.so.2 (0x00007f3d)
`;
  expect(loadedLibraries(output)).toEqual(['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

function pack(name: string, files: ImageFiles): string {
  return packImage({ ref: 'orket.dev/test:1', out: join(folder, name), files, entrypoint: ['/program'] });
}

async function unpackLayer(name: string): Promise<string> {
  const into = join(folder, `${name}.unpacked`);
  await runCommand('mkdir', [into]);
  await runCommand('tar', ['--extract', '--file', join(folder, name), '--directory', into]);
  const blob = (digest: string) => join(into, 'blobs', digest.replace(':', '/'));
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const manifest = read(blob(read(join(into, 'index.json')).manifests[0].digest));
  return blob(manifest.layers[0].digest);
}
