import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listsFromTheBeginning, readsInParts, rebuildsToTheSame } from '../../test/conformance/workspace-properties.ts';
import { digestOfBytes } from '#crds';
import type { FileContent, WorkspaceChange } from '../journal/record.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { openWorkspace } from './open.ts';
import type { Workspace } from './workspace.ts';

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orket-workspace-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function open(folder: string, sizeLimitBytes: number | null = null): Promise<Workspace> {
  return openWorkspace({
    spaces: { workspace: folder, domain: null, references: {} },
    policy: { readScope: ['workspace'], writeScope: ['workspace'] },
    limits: semanticsOf(1).fileLimits,
    sizeLimitBytes,
  });
}

function contentOf(content: FileContent | null): Promise<Uint8Array> {
  if (content !== null && 'text' in content) return Promise.resolve(Buffer.from(content.text));
  return Promise.reject(new Error('no pack in this test'));
}

describe('a write', () => {
  it('is there at once, and told once with what was there before', async () => {
    const folder = await freshFolder();
    const files = (await open(folder)).forCall();
    await files.write('notes/a.md', 'one');
    expect(await files.write('notes/a.md', 'zwölf')).toEqual({
      path: 'workspace:notes/a.md',
      bytes: 6,
      digest: digestOfBytes('zwölf'),
    });
    expect(await readFile(join(folder, 'notes/a.md'), 'utf8')).toBe('zwölf');
    expect(files.log()).toEqual({
      accesses: [['write', 'workspace:notes/a.md']],
      refusals: [],
      changes: [{ path: 'notes/a.md', before: null, after: digestOfBytes('zwölf'), bytes: Buffer.from('zwölf') }],
    });
  });

  it('counts all files of the workspace against its limit, those that were there too', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'old.txt'), '12345');
    const files = (await open(folder, 10)).forCall();
    await files.write('a.txt', '12345');
    await expect(files.write('b.txt', '1')).rejects.toMatchObject({ reason: 'StorageExceeded' });
    await files.write('a.txt', '1');
    await files.write('b.txt', '1234');
    await expect(files.write('b.txt', '12345')).rejects.toMatchObject({ reason: 'StorageExceeded' });
    expect(files.log().changes).toMatchObject([
      { path: 'a.txt', bytes: Buffer.from('1') },
      { path: 'b.txt', bytes: Buffer.from('1234') },
    ]);
  });

  it('that fails gives back what it took', async () => {
    const files = (await open(await freshFolder(), 10)).forCall();
    await files.write('a', 'x');
    for (let round = 0; round < 5; round++) {
      await expect(files.write('a/b', '12345')).rejects.toMatchObject({ rule: 'not-a-folder' });
    }
    await files.write('b', '123456789');
  });

  it('of one file at many places at once leaves one of them whole', async () => {
    const folder = await freshFolder();
    const workspace = await open(folder);
    const files = workspace.forCall();
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000));
    const reads = Array.from({ length: 20 }, () => files.write('other', 'x').then(() => workspace.readFile('other')));
    await Promise.all([...texts.map((text) => files.write('a', text)), ...reads]);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe(texts.at(-1));
    expect(files.log().changes).toMatchObject([
      { path: 'other', before: null },
      { path: 'a', before: null, bytes: Buffer.from(texts.at(-1) ?? '') },
    ]);
  });

  it('is never in the way of who reads, who gets what was there before or after', async () => {
    const folder = await freshFolder();
    const workspace = await open(folder);
    await writeFile(join(folder, 'a'), '0');
    let isOver = false;
    // As fast as it can be: others beside the queue of writes, as a tool that has the folder.
    const writing = (async () => {
      for (let count = 1; !isOver; count += 1) {
        await writeFile(join(folder, 'b'), String(count));
        await rename(join(folder, 'b'), join(folder, 'a'));
      }
    })();
    const read = async (): Promise<void> => {
      for (let count = 0; count < 40; count += 1)
        expect(Buffer.from(await workspace.readFile('a')).toString()).toMatch(/^\d+$/);
    };
    await Promise.all(Array.from({ length: 6 }, read)).finally(() => (isOver = true));
    await writing;
  });

  it('refuses text that is no Unicode', async () => {
    const files = (await open(await freshFolder())).forCall();
    await expect(files.write('a', '\uD800')).rejects.toMatchObject({ reason: 'InputRefused' });
  });
});

describe('a read', () => {
  it('in parts puts together to the file, whatever the size of the parts', () => readsInParts(15));

  it('refuses what is no text, also where only a part is asked for', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'a'), Buffer.from([0x61, 0xff, 0xff, 0xff, 0xff, 0xff]));
    await writeFile(join(folder, 'b'), 'a\0b');
    const files = (await open(folder)).forCall();
    for (const path of ['a', 'b']) {
      await expect(files.read(path, { offset: 0, bytes: 100 })).rejects.toMatchObject({ rule: 'not-text' });
    }
  });

  it('beyond the end is empty', async () => {
    const files = (await open(await freshFolder())).forCall();
    await files.write('a', 'abc');
    expect(await files.read('a', { offset: 10, bytes: 10 })).toMatchObject({ text: '', offset: 3, truncated: false });
  });
});

describe('a listing', () => {
  it('is the same beginning of the same order, however much is asked for', () => listsFromTheBeginning(10));
});

describe('a rebuild', () => {
  it('of any writes gives the same tree, over whatever was there', () => rebuildsToTheSame(10));

  it('takes files away that were removed', async () => {
    const workspace = await open(await freshFolder());
    const empty = await workspace.treeDigest();
    const after = digestOfBytes('x');
    const made: WorkspaceChange = { kind: 'file', path: 'a', before: null, after, content: { text: 'x' } };
    await workspace.rebuild([made, { kind: 'file', path: 'a', before: after, after: null, content: null }], contentOf);
    expect(await workspace.treeDigest()).toBe(empty);
  });

  it.each([
    [
      'a content of another digest',
      [{ kind: 'file', path: 'a', before: null, after: digestOfBytes('x'), content: { text: 'y' } }],
    ],
    [
      'a step that begins elsewhere',
      [{ kind: 'file', path: 'a', before: digestOfBytes('x'), after: null, content: null }],
    ],
    ['a way out', [{ kind: 'file', path: '../a', before: null, after: digestOfBytes('x'), content: { text: 'x' } }]],
    [
      'a repository',
      [{ kind: 'file', path: '.git/hooks/x', before: null, after: digestOfBytes('x'), content: { text: 'x' } }],
    ],
  ] satisfies readonly [string, readonly WorkspaceChange[]][])('refuses %s', async (_, changes) => {
    const workspace = await open(await freshFolder());
    await expect(workspace.rebuild(changes, contentOf)).rejects.toMatchObject({ reason: 'JournalCorrupt' });
  });

  it('makes the limit count what was rebuilt', async () => {
    const workspace = await open(await freshFolder(), 10);
    await workspace.forCall().write('old', '1234567890');
    await workspace.rebuild(
      [{ kind: 'file', path: 'a', before: null, after: digestOfBytes('x'), content: { text: 'x' } }],
      contentOf,
    );
    await workspace.forCall().write('b', '123456789');
    await expect(workspace.forCall().write('c', '1')).rejects.toMatchObject({ reason: 'StorageExceeded' });
  });
});

describe('a call that is asked to stop', () => {
  it('does nothing more and says why', async () => {
    const workspace = await open(await freshFolder());
    const stop = new AbortController();
    const files = workspace.forCall(stop.signal);
    stop.abort(new Error('time is up'));
    await expect(files.write('a', 'x')).rejects.toThrow('time is up');
    await expect(files.search('', 'x', { max: 1, glob: '**' })).rejects.toThrow('time is up');
    expect(files.log()).toEqual({ accesses: [], refusals: [], changes: [] });
  });

  it('changes nothing with a write that still waits for its turn', async () => {
    const folder = await freshFolder();
    const workspace = await open(folder);
    const stop = new AbortController();
    const files = workspace.forCall(stop.signal);
    const before = workspace.forCall().write('a', 'x'.repeat(100_000));
    const waiting = files.write('b', 'x');
    await Promise.resolve();
    stop.abort(new Error('time is up'));
    await expect(waiting).rejects.toThrow('time is up');
    await before;
    expect(await readdir(folder)).toEqual(['a']);
    expect(files.log().changes).toEqual([]);
  });

  it('has told all that it changed once it is sealed, whenever that happens', async () => {
    for (let ticks = 0; ticks < 60; ticks += 1) {
      const folder = await freshFolder();
      const files = (await open(folder)).forCall();
      const writes = ['a', 'b', 'c'].map((name) => files.write(name, name).catch(() => null));
      for (let tick = 0; tick < ticks; tick += 1) await new Promise((done) => setImmediate(done));
      await files.seal();
      const told = files.log().changes.map(({ path }) => path);
      await expect(files.write('d', 'late')).rejects.toThrow('the call has ended');
      await Promise.all(writes);
      expect(await readdir(folder)).toEqual(told);
      expect(files.log().changes).toHaveLength(told.length);
    }
  });
});
