import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockByKernel } from '../../journal/kernel-lock.ts';
import { openOwnFolder, type OwnFolder, type OwnFolderOptions } from './own-folder.ts';

let temporary: string;
beforeEach(() => {
  temporary = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'orket-own-')));
});
afterEach(() => fs.rmSync(temporary, { recursive: true }));

const here = (parts: Partial<OwnFolderOptions> = {}): OwnFolderOptions => ({
  temporary,
  userId: process.getuid?.() ?? null,
  ...parts,
});

/** What a process leaves that was killed: the lock file, which nobody holds, and the folder of a host. */
function leave(name: string): string {
  const path = join(temporary, name);
  fs.mkdirSync(join(path, 'orket-host-1/tool/inner'), { recursive: true });
  fs.writeFileSync(join(path, 'orket-host-1/tool/inner/a.js'), '');
  fs.writeFileSync(join(path, 'lock.db'), '');
  fs.chmodSync(join(path, 'orket-host-1/tool/inner'), 0o555);
  return path;
}

async function names(own: OwnFolder): Promise<readonly string[]> {
  await own.remove();
  return fs.readdirSync(temporary).toSorted();
}

describe('the folder of a process', () => {
  it('is its own, may be entered but not listed by others, and goes with it', async () => {
    const own = await openOwnFolder(here());
    expect(fs.statSync(own.path).mode & 0o777).toBe(0o711);
    expect(fs.statSync(join(own.path, 'lock.db')).mode & 0o777).toBe(0o600);
    fs.mkdirSync(join(own.path, 'orket-host-1/tool'), { recursive: true });
    expect(await names(own)).toEqual([]);
  });

  it('takes with it what killed processes left, and nothing of one that lives', async () => {
    leave('orket-hosts-left');
    // It takes nothing with it, so that the one below finds all of it.
    const living = await openOwnFolder(here({ userId: -1 }));
    const held = lockByKernel(leave('orket-hosts-held'), { patienceMs: 0 });
    const own = await openOwnFolder(here());
    expect(await names(own)).toEqual([living.path.slice(temporary.length + 1), 'orket-hosts-held'].toSorted());
    held?.release();
    expect(await names(living)).toEqual(['orket-hosts-held']);
    expect(await names(await openOwnFolder(here()))).toEqual([]);
  });

  it('takes with it a folder whose process was killed before it had a lock, and none that holds something', async () => {
    fs.mkdirSync(join(temporary, 'orket-hosts-new'));
    fs.mkdirSync(join(temporary, 'orket-hosts-full/orket-host-1'), { recursive: true });
    expect(await names(await openOwnFolder(here()))).toEqual(['orket-hosts-full']);
  });

  it('makes another one where the first is taken away before it has a lock', async () => {
    const mkdtemp = fs.mkdtempSync;
    const made: string[] = [];
    vi.spyOn(fs, 'mkdtempSync').mockImplementation((...given) => {
      const path = mkdtemp(...given);
      made.push(path);
      if (made.length < 3) fs.rmdirSync(path);
      return path;
    });
    const own = await openOwnFolder(here());
    vi.restoreAllMocks();
    expect(own.path).toBe(made[2]);
    expect(fs.existsSync(join(own.path, 'lock.db'))).toBe(true);
    await own.remove();
  });

  it('touches nothing of another user, no link, no file, and nothing of another name', async () => {
    const outside = leave('kept');
    fs.symlinkSync(outside, join(temporary, 'orket-hosts-link'));
    fs.writeFileSync(join(temporary, 'orket-hosts-file'), '');
    const others = leave('orket-hosts-others');
    const own = await openOwnFolder(here({ userId: -1 }));
    expect(await names(own)).toEqual(['kept', 'orket-hosts-file', 'orket-hosts-link', 'orket-hosts-others']);
    fs.rmSync(others, { recursive: true });
    expect(await names(await openOwnFolder(here()))).toEqual(['kept', 'orket-hosts-file', 'orket-hosts-link']);
    expect(fs.existsSync(join(outside, 'orket-host-1/tool/inner/a.js'))).toBe(true);
  });

  it('takes no more with it than a bound, and the rest is for the next', async () => {
    for (let left = 0; left < 20; left += 1) leave(`orket-hosts-${left}`);
    expect(await names(await openOwnFolder(here()))).toHaveLength(4);
    expect(await names(await openOwnFolder(here()))).toEqual([]);
  });
});
