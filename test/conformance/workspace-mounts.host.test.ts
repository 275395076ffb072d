import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSpaces, openSpaces, outcomeOf, put, secret, textAt } from './workspace-spaces.ts';

const program = join(import.meta.dirname, 'workspace-mounted.ts');

/** Opens the Workspace in a mount namespace of its own, in which something is mounted in it. */
function inNamespace(mount: string, workspace: string): unknown {
  const options = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `${mount} && exec "$NODE" "$PROGRAM" "$WORKSPACE"`;
  const answer = execFileSync('unshare', [...options, 'sh', '-c', script], {
    cwd: workspace,
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, WORKSPACE: workspace },
    encoding: 'utf8',
  });
  return JSON.parse(answer);
}

describe('what is mounted in a Workspace', () => {
  it.each([
    ['a folder from outside', 'mount --bind ../outside mounted'],
    ['a folder from outside, read-only', 'mount --bind -o ro ../outside mounted'],
    ['the processes of the machine', 'mount --rbind /proc mounted'],
    ['another file system', 'mount -t tmpfs none mounted'],
    ['one file', 'mount --bind ../outside/secret.txt mounted/file.txt'],
  ])('has it refused as a whole, and loses nothing: %s', async (_what, mount) => {
    const { workspace, outside } = await makeSpaces();
    await put(workspace, { 'mounted/file.txt': 'inside' });
    const place = mount.endsWith('file.txt') ? 'mounted/file.txt' : 'mounted';
    const refused = `mounted workspace:${place}`;
    expect(inNamespace(mount, workspace)).toEqual({
      rebuild: refused,
      digest: refused,
      write: refused,
      mounts: expect.toSatisfy((mounts: number) => mounts > 0),
    });
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe(secret);
    expect(await readFile(join(workspace, 'mounted/file.txt'), 'utf8')).toBe('inside');
  });

  it('is no matter where it is the folder of the Workspace itself', async () => {
    const { workspace } = await makeSpaces();
    expect(inNamespace('mount -t tmpfs none "$WORKSPACE"', workspace)).toMatchObject({
      rebuild: 'done',
      digest: 'done',
      write: 'done',
    });
  });
});

describe('a Workspace whose folder is a link', () => {
  it('is where the link led when it was opened, and nowhere else afterwards', async () => {
    const spaces = await makeSpaces();
    const link = `${spaces.workspace}-link`;
    await symlink(spaces.workspace, link);
    const opened = await openSpaces({ ...spaces, workspace: link });
    expect(await outcomeOf(opened.forCall().write('a.txt', 'x'))).toBe('done');
    expect(await readFile(join(spaces.workspace, 'a.txt'), 'utf8')).toBe('x');
    await rename(link, `${link}-before`);
    await symlink(spaces.outside, link);
    await opened.forCall().write('b.txt', 'y');
    expect(await readFile(join(spaces.workspace, 'b.txt'), 'utf8')).toBe('y');
    expect(await outcomeOf(textAt(opened.forCall(), 'secret.txt'))).toBe('FileNotFound');
  });

  it('is refused once another folder stands where it led', async () => {
    const spaces = await makeSpaces();
    const link = `${spaces.workspace}-link`;
    await symlink(spaces.workspace, link);
    const opened = await openSpaces({ ...spaces, workspace: link });
    await rename(spaces.workspace, `${spaces.workspace}-old`);
    await mkdir(spaces.workspace);
    expect(await outcomeOf(opened.forCall().write('a.txt', 'x'))).toBe('moved');
    expect(await outcomeOf(opened.treeDigest())).toBe('moved');
    const rebuild = opened.rebuild([], () => Promise.reject(new Error('nothing to read')));
    expect(await outcomeOf(rebuild)).toBe('moved');
  });
});
