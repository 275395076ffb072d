import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeOf } from '../../runtime/workspace/tree.ts';
import { peakMemory } from './peak-memory.ts';
import { makeSpaces, openSpaces, outcomeOf, put, textAt } from './workspace-spaces.ts';

const megabyte = 1024 * 1024;

/** Goes down by descriptors, as a path that long cannot be said. */
function chainOfFolders(path: string, depth: number): void {
  let folder = openSync(path, 'r');
  for (let made = 0; made < depth; made += 1) {
    const child = `/proc/self/fd/${folder}/d`;
    mkdirSync(child);
    const opened = openSync(child, 'r');
    closeSync(folder);
    folder = opened;
  }
  writeFileSync(`/proc/self/fd/${folder}/bottom`, 'x');
  closeSync(folder);
}

describe('a million files', () => {
  const files = 1_000_000;
  let folder: string;
  // Names of one file are made and removed faster than files, most of all in memory.
  beforeAll(() => {
    folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'orket-many-'));
    writeFileSync(join(folder, 'f'), '');
    for (let name = 1; name < files; name += 1) linkSync(join(folder, 'f'), join(folder, `f${name}`));
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 180_000);

  it('are refused as a pinned domain or reference, in bounded memory', async () => {
    const { value, bytes } = await peakMemory(() => outcomeOf(treeOf(folder, { listing: 'all' })));
    expect(value).toBe('too-many-entries');
    expect(bytes).toBeLessThan(300 * megabyte);
  }, 180_000);

  it('are neither digested nor added to in the Workspace, nor in a branch of it', async () => {
    const spaces = { ...(await makeSpaces()), workspace: folder };
    const workspace = await openSpaces(spaces);
    const { value, bytes } = await peakMemory(async () => [
      await outcomeOf(workspace.treeDigest()),
      await outcomeOf(workspace.forCall().write('new', 'x')),
      await outcomeOf(workspace.branch('fan/left').treeDigest()),
      await outcomeOf(workspace.branch('fan/left').forCall().write('new', 'x')),
    ]);
    expect(value).toEqual(Array(4).fill('StorageExceeded'));
    expect(bytes).toBeLessThan(300 * megabyte);
  }, 180_000);

  it('are listed and searched from the beginning, in bounded memory', async () => {
    const spaces = { ...(await makeSpaces()), workspace: folder, reference: folder };
    const workspace = await openSpaces(spaces);
    const { value, bytes } = await peakMemory(() =>
      workspace.branch('fan/left').forCall().list('', { recursive: true, max: 3 }),
    );
    expect(value.entries.map(({ path }) => path)).toEqual(['workspace:f', 'workspace:f1', 'workspace:f10']);
    expect(value.truncated).toBe(true);
    expect(bytes).toBeLessThan(200 * megabyte);
    const search = workspace.forCall().search('reference:handbook:', 'x', { max: 3, glob: '*99*' });
    expect(await search).toEqual({ matches: [], truncated: false });
  }, 180_000);
});

describe('a huge file with nothing in it', () => {
  it('of 5 GiB is no part of a Workspace with a limit, and not read to find that out', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { huge: '', 'fan/left/huge': '' });
    truncateSync(join(spaces.workspace, 'huge'), 5 * 1024 ** 3);
    truncateSync(join(spaces.workspace, 'fan/left/huge'), 5 * 1024 ** 3);
    const whole = await openSpaces(spaces, { sizeLimitBytes: 1024 ** 3 });
    for (const workspace of [whole, whole.branch('fan/left')]) {
      const files = workspace.forCall();
      const { value, bytes } = await peakMemory(async () => [
        await outcomeOf(workspace.treeDigest()),
        await outcomeOf(files.write('new', 'x')),
        await outcomeOf(files.write('huge', 'x')),
        await outcomeOf(textAt(files, 'huge')),
        await outcomeOf(workspace.readFile('huge')),
      ]);
      expect(value).toEqual([
        'StorageExceeded',
        'StorageExceeded',
        'StorageExceeded',
        'file-too-large',
        'file-too-large',
      ]);
      expect(bytes).toBeLessThan(100 * megabyte);
      const found = await files.search('', 'x', { max: 3, glob: '**' });
      expect(found).toEqual({ matches: [], truncated: true });
    }
  });

  it('is hashed in a pinned tree without being held', async () => {
    const { domain } = await makeSpaces();
    await put(domain, { huge: '' });
    truncateSync(join(domain, 'huge'), 1024 ** 3);
    const { value, bytes } = await peakMemory(() => treeOf(domain, { listing: 'all' }));
    expect(value.entries.get('huge')?.bytes).toBe(1024 ** 3);
    expect(bytes).toBeLessThan(100 * megabyte);
  }, 180_000);
});

describe('folders in folders', () => {
  it('deeper than any path are refused, and taken away by a rebuild', async () => {
    const spaces = await makeSpaces();
    chainOfFolders(spaces.workspace, 3000);
    const workspace = await openSpaces(spaces);
    const all = { recursive: true, max: 100_000 };
    for (const files of [workspace.forCall(), workspace.branch('fan/left').forCall()]) {
      expect(await outcomeOf(files.list('', all))).toBe('too-deep');
      expect(await outcomeOf(files.search('', 'x', { max: 1, glob: '**' }))).toBe('too-deep');
      expect(await outcomeOf(textAt(files, Array(100).fill('d').join('/')))).toBe('too-deep');
    }
    expect(await outcomeOf(workspace.treeDigest())).toBe('too-long');
    await workspace.rebuild([], () => Promise.reject(new Error('nothing to read')));
    expect(await readdir(spaces.workspace)).toEqual([]);
  }, 180_000);
});
