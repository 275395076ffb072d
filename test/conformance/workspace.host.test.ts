import { execFileSync } from 'node:child_process';
import { link, lstat, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeSpaces, manyUses, openSpaces, outcomeOf, put, secret, textAt } from './workspace-spaces.ts';

describe('a link', () => {
  it('is followed for reading where it stays in its space', async () => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'docs/a.md': 'A' });
    await symlink('docs/a.md', join(spaces.domain, 'relative'));
    await symlink(join(spaces.domain, 'docs'), join(spaces.domain, 'absolute'));
    await symlink('../relative', join(spaces.domain, 'docs/back'));
    const files = (await openSpaces(spaces, { pinned: true })).forCall();
    for (const path of ['relative', 'absolute/a.md', 'docs/back']) {
      expect(await textAt(files, `domain:${path}`)).toBe('A');
    }
  });

  it.each([
    ['to a file outside', '../outside/secret.txt', 'link-leaves-scope'],
    ['to the root', '/', 'link-leaves-scope'],
    ['to the environment of the process', '/proc/self/environ', 'link-leaves-scope'],
    ['through a descriptor', '/proc/self/fd/0', 'link-leaves-scope'],
    ['to the root of the process', '/proc/self/root/etc/passwd', 'link-leaves-scope'],
    ['out and back in', '../domain/a.md', 'link-leaves-scope'],
    ['to a repository', '.git/config', 'reserved-name'],
    ['to itself', 'link', 'link-loop'],
    ['to a folder that looks alike', '../domain-other/x', 'link-leaves-scope'],
    ['to nothing', 'nowhere', 'FileNotFound'],
  ])('%s is refused', async (_, target, rule) => {
    const spaces = await makeSpaces();
    await put(spaces.domain, { 'a.md': 'A', '.git/config': secret });
    await symlink(target, join(spaces.domain, 'link'));
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(textAt(files, 'domain:link'))).toBe(rule);
    expect(files.log().accesses).toEqual([]);
  });

  it('to a folder outside is neither read, listed, searched nor written through', async () => {
    const spaces = await makeSpaces();
    await symlink(spaces.outside, join(spaces.workspace, 'out'));
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(textAt(files, 'out/secret.txt'))).toBe('link-leaves-scope');
    expect(await outcomeOf(files.list('out', { recursive: true, max: 10 }))).toBe('link-leaves-scope');
    expect(await outcomeOf(files.search('out', 'OUT', { max: 10, glob: '**' }))).toBe('link-leaves-scope');
    expect(await outcomeOf(files.write('out/new.txt', 'x'))).toBe('link');
    expect((await files.search('workspace:', 'OUT', { max: 10, glob: '**' })).matches).toEqual([]);
    expect(await files.list('workspace:', { recursive: true, max: 10 })).toMatchObject({
      entries: [{ path: 'workspace:out', kind: 'link' }],
    });
    expect(await readdir(spaces.outside)).toEqual(['secret.txt']);
  });

  it('is never written through, also where it stays inside', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { 'a.md': 'A', 'folder/b.md': 'B' });
    await symlink('a.md', join(spaces.workspace, 'link'));
    await symlink('folder', join(spaces.workspace, 'way'));
    await symlink('missing', join(spaces.workspace, 'dangling'));
    const files = (await openSpaces(spaces)).forCall();
    for (const path of ['link', 'way/b.md', 'way/new.md', 'dangling']) {
      expect(await outcomeOf(files.write(path, 'x'))).toBe('link');
    }
    expect(await readFile(join(spaces.workspace, 'a.md'), 'utf8')).toBe('A');
    expect((await readdir(spaces.workspace)).toSorted()).toEqual(['a.md', 'dangling', 'folder', 'link', 'way']);
    expect(files.log().refusals).toContainEqual({ path: 'workspace:way/new.md', rule: 'link' });
  });
});

describe('what is no plain file', () => {
  it('is refused at once and never waited for', async () => {
    const spaces = await makeSpaces();
    const { workspace } = spaces;
    execFileSync('mkfifo', [join(workspace, 'pipe')]);
    const server = createServer().listen(join(workspace, 'socket'));
    onTestFinished(() => {
      server.close();
    });
    const special = ['pipe', 'socket'];
    if (process.getuid?.() === 0) {
      execFileSync('mknod', [join(workspace, 'zero'), 'c', '1', '5']);
      special.push('zero');
    }
    const files = (await openSpaces(spaces)).forCall(AbortSignal.timeout(2000));
    for (const path of special) {
      expect(await outcomeOf(textAt(files, path))).toBe('not-regular');
      expect(await outcomeOf(files.write(path, 'x'))).toBe('not-regular');
      expect(await outcomeOf(files.write(`${path}/x`, 'x'))).toBe('not-regular');
    }
    expect(await files.list('workspace:', { recursive: true, max: 10 })).toEqual({ entries: [], truncated: false });
    expect((await files.search('workspace:', 'x', { max: 10, glob: '**' })).matches).toEqual([]);
  }, 10_000);

  it('is named by what it is not', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { 'folder/a.md': 'A' });
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(textAt(files, 'folder'))).toBe('not-a-file');
    expect(await outcomeOf(textAt(files, 'folder/a.md/b'))).toBe('not-a-folder');
    expect(await outcomeOf(files.list('folder/a.md', { recursive: false, max: 1 }))).toBe('not-a-folder');
    expect(await outcomeOf(files.write('folder', 'x'))).toBe('not-a-file');
    expect(await outcomeOf(files.write('folder/a.md/b', 'x'))).toBe('not-a-folder');
    expect(await outcomeOf(files.write('workspace:', 'x'))).toBe('not-a-file');
  });
});

describe('a file with a second name', () => {
  it('is not accessible in the workspace, and readable in a domain', async () => {
    const spaces = await makeSpaces();
    await link(join(spaces.outside, 'secret.txt'), join(spaces.workspace, 'a.txt'));
    await link(join(spaces.outside, 'secret.txt'), join(spaces.domain, 'a.txt'));
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(textAt(files, 'a.txt'))).toBe('hard-link');
    expect(await outcomeOf(files.write('a.txt', 'x'))).toBe('hard-link');
    expect((await files.search('workspace:', 'OUT', { max: 10, glob: '**' })).matches).toEqual([]);
    expect(await textAt(files, 'domain:a.txt')).toBe(secret);
    expect(await readFile(join(spaces.outside, 'secret.txt'), 'utf8')).toBe(secret);
  });
});

describe('a name', () => {
  it('is not written beside one that differs in case or form only', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { 'Straße.md': 'A', 'Folder/a.md': 'A', 'caf\u00E9.md': 'A' });
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(files.write('STRASSE.md', 'x'))).toBe('name-twin');
    expect(await outcomeOf(files.write('folder/b.md', 'x'))).toBe('name-twin');
    expect(await outcomeOf(files.write('Cafe\u0301.md', 'x'))).toBe('not-normalised');
    expect(await outcomeOf(files.write('CAF\u00C9.md', 'x'))).toBe('name-twin');
    expect(await outcomeOf(files.write('Folder/b.md', 'x'))).toBe('done');
    expect(await outcomeOf(files.write('folder.md', 'x'))).toBe('done');
    expect(await outcomeOf(textAt(files, 'straße.md'))).toBe('FileNotFound');
  });

  it('that is not UTF-8 refuses the folder it is in, and the tree', async () => {
    const spaces = await makeSpaces();
    const workspace = await openSpaces(spaces);
    const bad = Buffer.concat([Buffer.from(`${spaces.workspace}/a`), Buffer.from([0xff])]);
    await writeFile(bad, 'x');
    const files = workspace.forCall();
    expect(await outcomeOf(files.list('workspace:', { recursive: false, max: 10 }))).toBe('not-utf8');
    expect(await outcomeOf(textAt(files, 'a\uFFFD'))).toBe('not-utf8');
    expect(await outcomeOf(workspace.treeDigest())).toBe('not-utf8');
    await workspace.rebuild([], () => Promise.reject(new Error('nothing to read')));
    expect(await readdir(spaces.workspace)).toEqual([]);
  });

  it('of 255 bytes is fine, more is refused, also as a whole path', async () => {
    const files = (await openSpaces(await makeSpaces())).forCall();
    expect(await outcomeOf(files.write('n'.repeat(255), 'x'))).toBe('done');
    expect(await outcomeOf(files.write('n'.repeat(256), 'x'))).toBe('too-long');
    expect(await outcomeOf(files.write(Array(60).fill('d'.repeat(60)).join('/'), 'x'))).toBe('done');
    expect(await outcomeOf(files.write(Array(60).fill('d'.repeat(70)).join('/'), 'x'))).toBe('too-long');
  });
});

describe('what is very large', () => {
  it('is refused for a file of 5 GiB, which is neither read nor searched', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { 'small.txt': 'needle' });
    await put(spaces.domain, { 'huge.bin': '' });
    await truncate(join(spaces.domain, 'huge.bin'), 5 * 1024 ** 3);
    const files = (await openSpaces(spaces)).forCall();
    expect(await outcomeOf(textAt(files, 'domain:huge.bin'))).toBe('file-too-large');
    expect(await files.search('domain:', 'needle', { max: 10, glob: '**' })).toEqual({ matches: [], truncated: true });
    expect(await files.list('domain:', { recursive: false, max: 1 })).toMatchObject({
      entries: [{ bytes: 5 * 1024 ** 3 }],
    });
  }, 10_000);

  it('is cut to the first by code point for a folder of many files, the same on every disk', async () => {
    const spaces = await makeSpaces();
    const names = Array.from({ length: 20_000 }, (_, index) => `f${(index * 7919) % 20_000}`);
    for (const name of names) await writeFile(join(spaces.reference, name), '');
    const files = (await openSpaces(spaces)).forCall();
    const { entries, truncated } = await files.list('reference:handbook:', { recursive: true, max: 50 });
    expect(truncated).toBe(true);
    expect(entries.map(({ path }) => path)).toEqual(
      names
        .toSorted()
        .slice(0, 50)
        .map((name) => `reference:handbook:${name}`),
    );
  });

  it('is shown around the match for a line of a megabyte', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, {
      'min.js': `${'x'.repeat(2000)}needle${'y'.repeat(1024 * 1024)}`,
      'bin.dat': 'needle\0',
    });
    const files = (await openSpaces(spaces)).forCall();
    const { matches } = await files.search('workspace:', 'need+le', { max: 10, glob: '**' });
    expect(matches).toHaveLength(1);
    expect(matches[0]?.text).toHaveLength(300);
    expect(matches[0]?.text).toContain('needle');
  });
});

describe('a folder of a space', () => {
  it('that another folder takes the place of is refused', async () => {
    const spaces = await makeSpaces();
    const files = (await openSpaces(spaces)).forCall();
    await mkdir(`${spaces.workspace}-new`);
    execFileSync('mv', ['-T', `${spaces.workspace}`, `${spaces.workspace}-old`]);
    await symlink(spaces.outside, spaces.workspace);
    expect(await outcomeOf(textAt(files, 'secret.txt'))).not.toBe('done');
    expect(await outcomeOf(files.write('new.txt', 'x'))).not.toBe('done');
    expect(await readdir(spaces.outside)).toEqual(['secret.txt']);
    expect((await lstat(spaces.workspace)).isSymbolicLink()).toBe(true);
  });
});

describe('a path made to get out', () => {
  it('gets nowhere, in any of thousands of spellings', async () => {
    const spaces = await makeSpaces();
    await put(spaces.workspace, { 'a/b.txt': 'inside' });
    await symlink('..', join(spaces.workspace, 'up'));
    const files = (await openSpaces(spaces, { limits: manyUses })).forCall();
    const ups = [
      '..',
      '../',
      '..\\',
      '%2e%2e/',
      '%252e%252e%252f',
      '..%2f',
      '..%c0%af',
      '..;/',
      '....//',
      '.. /',
      '..\0/',
      '\uFF0E\uFF0E/',
      '\u2025/',
      'a/../../',
      'up/',
      'up/up/',
      './../',
      '/../',
    ];
    const targets = [
      'outside/secret.txt',
      `${spaces.outside}/secret.txt`,
      `file://${spaces.outside}/secret.txt`,
      'proc/self/environ',
      'etc/passwd',
      'domain/.git/config',
      'secret.txt',
    ];
    const starts = [
      '',
      'workspace:',
      'domain:',
      'launch:',
      'reference:handbook:',
      'reference:../outside:',
      'a/',
      '/',
      '//',
      '\\\\?\\',
    ];
    let refused = 0;
    for (const start of starts)
      for (const up of ups)
        for (let depth = 0; depth < 4; depth++)
          for (const target of targets) {
            const path = `${start}${up.repeat(depth)}${target}`;
            expect(await outcomeOf(textAt(files, path)), path).not.toBe('done');
            refused++;
          }
    expect(refused).toBe(starts.length * ups.length * 4 * targets.length);
    expect(files.log().accesses).toEqual([]);
    expect(files.log().refusals.length).toBeGreaterThan(1000);
  });
});
