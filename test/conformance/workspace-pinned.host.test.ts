import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBundleWorkspace } from '../../runtime/workspace/from-bundle.ts';
import { treeOf } from '../../runtime/workspace/tree.ts';
import { semanticsOf } from '#runtime';
import { makeSpaces, openSpaces, outcomeOf, put, textAt } from './workspace-spaces.ts';

function git(dir: string, ...args: readonly string[]): string {
  const settings = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...settings, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
}

describe('a pinned domain', () => {
  it('is refused as a whole where it is not what the bundle says', async () => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'a.md': 'A' });
    const { digest } = await treeOf(spaces.domain);
    await put(spaces.domain, { 'b.md': 'B' });
    expect(await outcomeOf(openSpaces(spaces, { domainTree: digest }))).toBe('DomainChanged');
    await unlink(join(spaces.domain, 'b.md'));
    expect(await outcomeOf(openSpaces(spaces, { domainTree: digest }))).toBe('done');
  });

  it('fails a read of what changed since, and shows what was pinned', async () => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'a.md': 'A', 'b.md': 'B', 'c.md': 'C', 'folder/d.md': 'D' });
    await symlink('a.md', join(spaces.domain, 'link'));
    const files = (await openSpaces(spaces, { pinned: true })).forCall();
    await put(spaces.domain, { 'a.md': 'X', 'new.md': 'N' });
    await unlink(join(spaces.domain, 'b.md'));
    await unlink(join(spaces.domain, 'link'));
    await symlink('c.md', join(spaces.domain, 'link'));
    expect(await outcomeOf(textAt(files, 'domain:a.md'))).toBe('DomainChanged');
    expect(await outcomeOf(textAt(files, 'domain:b.md'))).toBe('DomainChanged');
    expect(await outcomeOf(textAt(files, 'domain:link'))).toBe('DomainChanged');
    expect(await outcomeOf(textAt(files, 'domain:new.md'))).toBe('not-in-tree');
    expect(await outcomeOf(textAt(files, 'domain:nowhere.md'))).toBe('FileNotFound');
    expect(await textAt(files, 'domain:c.md')).toBe('C');
    expect(await outcomeOf(files.search('domain:', 'x', { max: 10, glob: '**' }))).toBe('DomainChanged');
    const { entries } = await files.list('domain:', { recursive: true, max: 10 });
    expect(entries.map(({ path }) => path.slice(7))).toEqual(['a.md', 'b.md', 'c.md', 'folder', 'folder/d.md', 'link']);
  });

  it('hides what git ignores, and .git and .orket, from every way of looking', async () => {
    const spaces = await makeSpaces();
    git(spaces.domain, 'init', '-q');
    await put(spaces.domain, {
      '.gitignore': '.env\nbuild/\n',
      '.env': 'TOKEN=needle',
      'build/out.js': 'needle',
      '.orket/sessions/a/journal.jsonl': 'needle',
      'src/a.ts': 'const a = 1;\n// needle',
    });
    const files = (await openSpaces(spaces, { pinned: true })).forCall();
    for (const path of ['.env', 'build/out.js']) {
      expect(await outcomeOf(textAt(files, `domain:${path}`))).toBe('not-in-tree');
    }
    expect(await outcomeOf(textAt(files, 'launch:.env'))).toBe('not-in-tree');
    expect(await outcomeOf(textAt(files, 'domain:.git/config'))).toBe('reserved-name');
    expect(await outcomeOf(textAt(files, 'domain:.orket/sessions/a/journal.jsonl'))).toBe('reserved-name');
    const found = await files.search('domain:', 'needle', { max: 10, glob: '**' });
    expect(found).toEqual({ matches: [{ path: 'domain:src/a.ts', line: 2, text: '// needle' }], truncated: false });
    expect(await outcomeOf(files.list('domain:build', { recursive: false, max: 10 }))).toBe('FileNotFound');
    expect((await files.list('domain:', { recursive: false, max: 10 })).entries).toHaveLength(2);
  });
});

describe('the tree of a checkout', () => {
  it('is the same from git and from a plain copy of what git lists', async () => {
    const { domain, reference } = await makeSpaces();
    const shared = { 'a.md': 'A', 'src/b.ts': 'B', 'run.sh': '#!/bin/sh' };
    await put(domain, { ...shared, '.gitignore': 'ignored' });
    await put(reference, { ...shared, '.gitignore': 'ignored' });
    for (const folder of [domain, reference]) await chmod(join(folder, 'run.sh'), 0o755);
    git(domain, 'init', '-q');
    git(domain, 'add', 'a.md', 'src');
    await put(domain, { ignored: 'x', 'gone.md': 'G' });
    git(domain, 'add', 'gone.md');
    await unlink(join(domain, 'gone.md'));
    expect(await treeOf(domain)).toEqual(await treeOf(reference, { listing: 'all' }));
    expect((await treeOf(join(domain, 'src'))).digest).toBe((await treeOf(join(reference, 'src'))).digest);
  });

  it('takes a submodule by its commit and nothing of its files', async () => {
    const spaces = await makeSpaces();
    await put(spaces.reference, { 'lib.ts': 'L' });
    git(spaces.reference, 'init', '-q');
    git(spaces.reference, 'add', '.');
    git(spaces.reference, 'commit', '-qm', 'a');
    git(spaces.domain, 'init', '-q');
    git(spaces.domain, 'submodule', '--quiet', 'add', spaces.reference, 'lib');
    const { digest, entries } = await treeOf(spaces.domain);
    expect([...entries.keys()]).toEqual(['.gitmodules', 'lib']);
    await put(spaces.domain, { 'lib/lib.ts': 'changed' });
    expect((await treeOf(spaces.domain)).digest).toBe(digest);
    const files = (await openSpaces(spaces, { pinned: true })).forCall();
    expect(await outcomeOf(textAt(files, 'domain:lib/lib.ts'))).toBe('not-in-tree');
    git(join(spaces.domain, 'lib'), '-c', 'core.editor=true', 'commit', '-qam', 'b');
    git(spaces.domain, 'add', 'lib');
    expect((await treeOf(spaces.domain)).digest).not.toBe(digest);
  });

  it('runs nothing that a checkout or a user configured', async () => {
    const { domain, outside } = await makeSpaces();
    git(domain, 'init', '-q');
    await put(outside, { 'hook.sh': `#!/bin/sh\necho ran > ${outside}/ran\n` });
    await chmod(join(outside, 'hook.sh'), 0o755);
    git(domain, 'config', 'core.fsmonitor', join(outside, 'hook.sh'));
    git(domain, 'config', 'core.excludesFile', join(outside, 'ignore'));
    await put(outside, { ignore: '*.md' });
    await put(domain, { 'a.md': 'A' });
    expect([...(await treeOf(domain)).entries.keys()]).toEqual(['a.md']);
    expect(await outcomeOf(readFile(join(outside, 'ran')).catch(() => undefined))).toBe('done');
    await expect(readFile(join(outside, 'ran'))).rejects.toThrow('ENOENT');
  });

  it('says what is wrong where git cannot list', async () => {
    const { domain } = await makeSpaces();
    await put(domain, { '.git': 'gitdir: /nowhere\n' });
    await expect(treeOf(domain)).rejects.toMatchObject({ reason: 'GitFailed' });
  });

  it('does not depend on times, order of making or empty folders, but on bytes, names and the right to execute', async () => {
    const { domain, reference } = await makeSpaces();
    await put(domain, { 'a.md': 'A', 'b/c.md': 'C' });
    await put(reference, { 'b/c.md': 'C', 'a.md': 'A', 'empty/x': '' });
    await unlink(join(reference, 'empty/x'));
    await utimes(join(reference, 'a.md'), 1, 1);
    const { digest } = await treeOf(domain);
    expect((await treeOf(reference)).digest).toBe(digest);
    await chmod(join(reference, 'a.md'), 0o755);
    expect((await treeOf(reference)).digest).not.toBe(digest);
    await chmod(join(reference, 'a.md'), 0o644);
    await writeFile(join(reference, 'a.md'), 'B');
    expect((await treeOf(reference)).digest).not.toBe(digest);
  });
});

describe('the policy', () => {
  it('decides which spaces are readable and whether the workspace is writable', async () => {
    const spaces = await makeSpaces();
    for (const folder of [spaces.workspace, spaces.domain, spaces.reference])
      await put(folder, { 'a.md': 'A', 'b/c.md': 'C' });
    const files = (await openSpaces(spaces, { policy: { readScope: ['reference'], writeScope: [] } })).forCall();
    expect(await outcomeOf(textAt(files, 'workspace:a.md'))).toBe('read-scope');
    expect(await outcomeOf(textAt(files, 'domain:a.md'))).toBe('read-scope');
    expect(await outcomeOf(files.search('domain:', 'A', { max: 1, glob: '**' }))).toBe('read-scope');
    expect(await outcomeOf(files.list('workspace:', { recursive: false, max: 1 }))).toBe('read-scope');
    expect(await outcomeOf(files.write('a.md', 'x'))).toBe('write-scope');
    expect(await textAt(files, 'reference:handbook:a.md')).toBe('A');
    expect(await outcomeOf(textAt(files, 'reference:other:a.md'))).toBe('unknown-space');
    expect(files.log().refusals).toHaveLength(6);
  });

  it('lets nothing but the workspace be written', async () => {
    const files = (await openSpaces(await makeSpaces())).forCall();
    for (const path of ['domain:a.md', 'launch:a.md', 'reference:handbook:a.md']) {
      expect(await outcomeOf(files.write(path, 'x'))).toBe('write-scope');
    }
  });

  it('lets the launch directory be read always, and only what is directly in it', async () => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'a.md': 'A', 'b/c.md': 'C' });
    await symlink('b/c.md', join(spaces.domain, 'link'));
    const files = (await openSpaces(spaces, { policy: { readScope: [], writeScope: [] } })).forCall();
    expect(await textAt(files, 'launch:a.md')).toBe('A');
    expect(await outcomeOf(textAt(files, 'launch:b/c.md'))).toBe('not-recursive');
    expect(await outcomeOf(textAt(files, 'launch:link'))).toBe('link');
    expect(await outcomeOf(files.list('launch:b', { recursive: false, max: 10 }))).toBe('not-recursive');
    expect(await outcomeOf(files.list('launch:', { recursive: true, max: 10 }))).toBe('not-recursive');
    expect((await files.list('launch:', { recursive: false, max: 10 })).entries).toHaveLength(3);
    const { matches } = await files.search('launch:', 'A|C', { max: 10, glob: '**' });
    expect(matches.map(({ path }) => path)).toEqual(['launch:a.md']);
  });
});

describe('the files of a bundle', () => {
  it('are what it pins and nothing else that happens to be here', async () => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'a.md': 'A' });
    const { fileLimits } = semanticsOf(1);
    const here = { workspace: spaces.workspace, domain: spaces.domain, references: {} };
    const bare = (await openBundleWorkspace({}, { spaces: here }, fileLimits)).forCall();
    expect(await outcomeOf(textAt(bare, 'launch:a.md'))).toBe('unknown-space');
    const tree = (await treeOf(spaces.domain)).digest;
    const bundle = { workspace: { domain: { tree } } };
    expect(
      await textAt((await openBundleWorkspace(bundle, { spaces: here }, fileLimits)).forCall(), 'launch:a.md'),
    ).toBe('A');
    await rm(join(spaces.domain, 'a.md'));
    expect(await outcomeOf(openBundleWorkspace(bundle, { spaces: here }, fileLimits))).toBe('DomainChanged');
  });
});
