import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '#crds';
import { contentOf, opened, recorded, textOf } from '../../test/conformance/workspace-alone.ts';
import { PathRefused } from './refusal.ts';
import type { CallFiles } from './workspace.ts';

/** The text of a file, or why there is none. */
async function seen(files: CallFiles, path: string): Promise<string> {
  return textOf(files, path).catch((error: unknown) => (error instanceof PathRefused ? error.rule : 'none'));
}

async function namesIn(files: CallFiles, path = '', recursive = true, max = 1000): Promise<readonly string[]> {
  return (await files.list(path, { recursive, max })).entries.map((entry) => entry.path.slice('workspace:'.length));
}

describe('a branch', () => {
  it('writes in its own folder and reads it as a Workspace of its own', async () => {
    const { folder, workspace } = await opened({ 'plan.md': 'old' });
    const branch = workspace.branch('fan/left');
    const files = branch.forCall();
    expect(await files.write('notes/a.md', 'A')).toMatchObject({ path: 'workspace:notes/a.md' });
    expect(await textOf(files, 'notes/a.md')).toBe('A');
    expect(Buffer.from(await branch.readFile('workspace:notes/a.md')).toString()).toBe('A');
    expect(await readFile(join(folder, 'fan/left/notes/a.md'), 'utf8')).toBe('A');
    expect(files.log()).toMatchObject({
      accesses: [
        ['read', 'workspace:notes/a.md'],
        ['write', 'workspace:notes/a.md'],
      ],
      changes: [{ path: 'fan/left/notes/a.md', before: null }],
    });
    expect(await textOf(workspace.forCall(), 'fan/left/notes/a.md')).toBe('A');
  });

  it('sees what its parent had, under what it wrote itself, which stays its own', async () => {
    const { workspace } = await opened({ 'plan.md': 'old', 'docs/a.md': 'A', 'docs/c.md': 'C' });
    const files = workspace.branch('fan/left').forCall();
    expect(await textOf(files, 'plan.md')).toBe('old');
    await files.write('plan.md', 'new');
    await files.write('docs/b.md', 'B old');
    expect(await textOf(files, 'plan.md')).toBe('new');
    expect(await textOf(workspace.forCall(), 'plan.md')).toBe('old');
    expect(await namesIn(files)).toEqual(['docs', 'docs/a.md', 'docs/b.md', 'docs/c.md', 'plan.md']);
    expect(await namesIn(files, '', false)).toEqual(['docs', 'plan.md']);
    expect(await namesIn(files, 'docs', true, 2)).toEqual(['docs/a.md', 'docs/b.md']);
    const { matches } = await files.search('', 'old|new', { max: 10, glob: '**' });
    expect(matches.map(({ path, text }) => [path, text])).toEqual([
      ['workspace:docs/b.md', 'B old'],
      ['workspace:plan.md', 'new'],
    ]);
  });

  it('never sees its siblings, by whatever name, until the parent does', async () => {
    const { folder, workspace } = await opened({ 'a.md': 'A' });
    const [left, right] = [workspace.branch('fan/left').forCall(), workspace.branch('fan/right').forCall()];
    await left.write('secret.md', 'left only');
    await right.write('a.md', 'right');
    await symlink('fan/left/secret.md', join(folder, 'way'));
    await symlink('../left/secret.md', join(folder, 'fan/right/up'));
    expect(await seen(right, 'secret.md')).toBe('none');
    expect(await seen(right, 'fan/left/secret.md')).toBe('none');
    expect(await seen(right, 'FAN/left/secret.md')).toBe('none');
    expect(await seen(right, 'way')).toBe('link-leaves-scope');
    expect(await seen(right, 'up')).toBe('link-leaves-scope');
    expect(await seen(right, '../left/secret.md')).toBe('parent-segment');
    expect(await namesIn(right)).toEqual(['a.md', 'up', 'way']);
    expect((await right.search('', 'left only', { max: 10, glob: '**' })).matches).toEqual([]);
    await expect(right.list('fan', { recursive: true, max: 10 })).rejects.toMatchObject({ reason: 'FileNotFound' });
    expect(await textOf(workspace.forCall(), 'fan/left/secret.md')).toBe('left only');
  });

  it('of a branch sees through both to the top', async () => {
    const { folder, workspace } = await opened({ 'top.md': 'T', 'x.md': 'top' });
    const outer = workspace.branch('fan/left');
    await outer.forCall().write('x.md', 'outer');
    await workspace.branch('fan/right').forCall().write('r.md', 'R');
    const inner = outer.branch('each/[0]');
    await outer.branch('each/[1]').forCall().write('s.md', 'S');
    const files = inner.forCall();
    expect([await seen(files, 'top.md'), await seen(files, 'x.md')]).toEqual(['T', 'outer']);
    expect([await seen(files, 'r.md'), await seen(files, 's.md'), await seen(files, 'each/[1]/s.md')]).toEqual([
      'none',
      'none',
      'none',
    ]);
    await files.write('x.md', 'inner');
    expect(await namesIn(files)).toEqual(['top.md', 'x.md']);
    expect(await namesIn(outer.forCall())).toEqual([
      'each',
      'each/[0]',
      'each/[0]/x.md',
      'each/[1]',
      'each/[1]/s.md',
      'top.md',
      'x.md',
    ]);
    expect(await readFile(join(folder, 'fan/left/each/[0]/x.md'), 'utf8')).toBe('inner');
    expect([inner.folder, outer.folder, workspace.folder]).toEqual(['fan/left/each/[0]', 'fan/left', '']);
  });

  it('writes nothing that would not go together with the files below it in one folder', async () => {
    const { folder, workspace } = await opened({ 'Notes.md': 'N', 'docs/a.md': 'A' });
    await symlink('Notes.md', join(folder, 'link'));
    const files = workspace.branch('fan/left').forCall();
    const refused = async (path: string): Promise<string> =>
      files.write(path, 'x').then(
        () => 'done',
        (error: unknown) => (error instanceof PathRefused ? `${error.rule} ${error.path}` : String(error)),
      );
    expect(await refused('notes.MD')).toBe('name-twin workspace:notes.MD');
    expect(await refused('Docs/b.md')).toBe('name-twin workspace:Docs/b.md');
    expect(await refused('docs')).toBe('not-a-file workspace:docs');
    expect(await refused('Notes.md/x')).toBe('not-a-folder workspace:Notes.md/x');
    expect(await refused('link')).toBe('link workspace:link');
    expect(await refused(`${'d/'.repeat(63)}x`)).toBe(`too-deep workspace:${'d/'.repeat(63)}x`);
    expect(files.log().changes).toEqual([]);
    expect(await readdir(folder)).not.toContain('fan');
  });

  it.each(['', '..', 'fan/..', '/fan', 'fan//left', '.git/left', 'fan\\left', '.'])(
    'is not had in %j',
    async (name) => {
      const { workspace } = await opened();
      expect(() => workspace.branch(name)).toThrow(PathRefused);
    },
  );

  it('shares storage and names with the whole', async () => {
    const { workspace } = await opened({ old: '12345' }, 12);
    const [left, right] = [workspace.branch('fan/left').forCall(), workspace.branch('fan/right').forCall()];
    await left.write('a', '12345');
    await expect(right.write('a', '123')).rejects.toMatchObject({ reason: 'StorageExceeded' });
    await right.write('a', '12');
    await expect(workspace.forCall().write('b', '1')).rejects.toMatchObject({ reason: 'StorageExceeded' });
  });

  it('has a digest of its own folder alone, whatever the others do', async () => {
    const { workspace } = await opened({ 'a.md': 'A' });
    const alone = (await opened()).workspace;
    await alone.forCall().write('x.md', 'X');
    const left = workspace.branch('fan/left');
    expect(await left.treeDigest()).toBe(digestOf([]));
    await left.forCall().write('x.md', 'X');
    const digest = await left.treeDigest();
    expect(digest).toBe(await alone.treeDigest());
    await workspace.branch('fan/right').forCall().write('x.md', 'other');
    expect(await left.treeDigest()).toBe(digest);
    await left.forCall().write('x.md', 'Y');
    expect(await left.treeDigest()).not.toBe(digest);
  });

  it('is not found through a link in its place', async () => {
    const { folder, workspace } = await opened({ 'elsewhere/left/x.md': 'X' });
    await symlink('elsewhere', join(folder, 'fan'));
    const left = workspace.branch('fan/left');
    await expect(left.forCall().write('a.md', 'A')).rejects.toMatchObject({ rule: 'link' });
    expect(await seen(left.forCall(), 'x.md')).toBe('link-leaves-scope');
    await expect(left.treeDigest()).rejects.toMatchObject({ rule: 'link' });
    expect(await readdir(join(folder, 'elsewhere/left'))).toEqual(['x.md']);
  });

  it('is made anew by itself: what changes left in it, and nothing of what is beside it', async () => {
    const { folder, workspace } = await opened({ 'plan.md': 'old' });
    const [left, right] = [workspace.branch('fan/left'), workspace.branch('fan/right')];
    const before = left.forCall();
    await before.write('deep/kept.md', 'old');
    const changes = recorded(before.log());
    const after = left.forCall();
    await after.write('deep/kept.md', 'new');
    await after.write('deep/er/lost.md', 'lost');
    await right.forCall().write('b.md', 'B');
    await left.rebuild(changes, contentOf);
    expect(await namesIn(workspace.forCall(), 'fan')).toEqual([
      'fan/left',
      'fan/left/deep',
      'fan/left/deep/kept.md',
      'fan/right',
      'fan/right/b.md',
    ]);
    expect(await textOf(left.forCall(), 'deep/kept.md')).toBe('old');
    await left.rebuild([], contentOf);
    expect(await namesIn(workspace.forCall())).toEqual(['fan', 'fan/right', 'fan/right/b.md', 'plan.md']);
    await right.rebuild([], contentOf);
    expect(await readdir(folder)).toEqual(['plan.md']);
    await left.forCall().write('deep/kept.md', 'again');
    expect(await textOf(workspace.forCall(), 'fan/left/deep/kept.md')).toBe('again');
  });
});
