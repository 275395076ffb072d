import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallFiles } from '../../runtime/workspace/workspace.ts';
import { makeSpaces, manyUses, openSpaces, outcomeOf, put, secret, textAt } from './workspace-spaces.ts';

const rounds = 1000;

/** Swaps pairs of names in another thread until the test is over; tells how often it did. */
function swapping(pairs: readonly (readonly [string, string])[]): Promise<() => number> {
  return disturbing('./workspace-swapper.ts', { pairs });
}

async function disturbing(program: string, work: object): Promise<() => number> {
  const flag = new SharedArrayBuffer(8);
  const worker = new Worker(new URL(program, import.meta.url), { workerData: { ...work, flag } });
  const view = new Int32Array(flag);
  onTestFinished(async () => {
    Atomics.store(view, 0, 1);
    if (worker.threadId > 0) await once(worker, 'exit');
  });
  await once(worker, 'message');
  return () => Atomics.load(view, 1);
}

async function times(count: number, work: (round: number) => Promise<unknown>): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (let round = 0; round < count; round++) outcomes.add(await outcomeOf(work(round)));
  return outcomes;
}

async function expectInside(files: CallFiles, path: string): Promise<void> {
  expect(await textAt(files, path)).toBe('inside');
}

describe('while somebody swaps names between the check and the use', () => {
  it('no read, listing or search reaches the outside', async () => {
    const spaces = await makeSpaces();
    const { workspace, outside } = spaces;
    await put(workspace, { 'folder/secret.txt': 'inside', 'file.txt': 'inside' });
    await symlink(outside, join(workspace, 'way'));
    await symlink(join(outside, 'secret.txt'), join(workspace, 'link'));
    const files = (await openSpaces(spaces, { limits: manyUses })).forCall();
    const swaps = await swapping([
      [join(workspace, 'folder'), join(workspace, 'way')],
      [join(workspace, 'file.txt'), join(workspace, 'link')],
    ]);
    const outcomes = await times(rounds, async () => {
      await Promise.allSettled([
        expectInside(files, 'folder/secret.txt'),
        expectInside(files, 'file.txt'),
        expectInside(files, 'way/secret.txt'),
      ]).then((results) => {
        for (const result of results) {
          if (result.status === 'rejected' && String(result.reason).includes(secret)) throw new Error('escaped');
        }
      });
      const found = await files.search('workspace:', secret, { max: 10, glob: '**' });
      expect(found.matches).toEqual([]);
    });
    expect(outcomes).toEqual(new Set(['done']));
    expect(files.log().accesses.length).toBeGreaterThan(0);
    expect(files.log().refusals.length).toBeGreaterThan(0);
    expect(swaps()).toBeGreaterThan(100);
  });

  it('no write lands outside', async () => {
    const spaces = await makeSpaces();
    const { workspace, outside } = spaces;
    await put(workspace, { 'folder/a.txt': 'inside', 'file.txt': 'inside' });
    await symlink(outside, join(workspace, 'way'));
    await symlink(join(outside, 'secret.txt'), join(workspace, 'link'));
    const files = (await openSpaces(spaces, { limits: manyUses })).forCall();
    const swaps = await swapping([
      [join(workspace, 'folder'), join(workspace, 'way')],
      [join(workspace, 'file.txt'), join(workspace, 'link')],
    ]);
    await times(rounds, (round) => files.write(`folder/new${round % 7}.txt`, 'written'));
    await times(rounds, () => files.write('file.txt', 'written'));
    await times(rounds, (round) => files.write(`folder/deep/er/${round % 7}.txt`, 'written'));
    expect(files.log().changes.length).toBeGreaterThan(0);
    expect(swaps()).toBeGreaterThan(100);
    expect(await readdir(outside)).toEqual(['secret.txt']);
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe(secret);
  });

  it('no second name of a file outside is read or written, and no pipe or folder waited for', async () => {
    const spaces = await makeSpaces();
    const [path, outside] = [join(spaces.workspace, 'file.txt'), join(spaces.outside, 'secret.txt')];
    await put(spaces.workspace, { 'file.txt': 'inside' });
    const files = (await openSpaces(spaces, { limits: manyUses })).forCall(AbortSignal.timeout(50_000));
    const swaps = await disturbing('./workspace-linker.ts', { path, outside });
    const seen = new Set<string>();
    const outcomes = new Set<string>();
    // For as long as it takes until the other thread had its turns as well.
    const hasSeenEnough = (): boolean => outcomes.has('done') && outcomes.size > 2 && swaps() > 100;
    for (let more = 0; more < 50 && (more === 0 || !hasSeenEnough()); more += 1) {
      const some = await times(rounds, async (round) => {
        if (round % 4 === 0) await files.write('file.txt', 'written');
        else seen.add(await textAt(files, 'file.txt'));
      });
      for (const outcome of some) outcomes.add(outcome);
    }
    expect([...seen].filter((text) => text !== 'inside' && text !== 'written')).toEqual([]);
    const refused = ['hard-link', 'not-regular', 'not-a-file', 'not-a-folder', 'moved', 'FileNotFound'];
    expect([...outcomes].filter((outcome) => !refused.includes(outcome))).toEqual(['done']);
    expect(outcomes.size).toBeGreaterThan(2);
    expect(swaps()).toBeGreaterThan(100);
    expect(await readFile(outside, 'utf8')).toBe(secret);
  }, 60_000);

  it('no rebuild removes what is outside', async () => {
    const spaces = await makeSpaces();
    const { workspace, outside } = spaces;
    const files = await openSpaces(spaces);
    for (let round = 0; round < 50; round++) {
      await put(workspace, { 'folder/a.txt': 'inside' });
      await mkdir(join(workspace, 'x/y'), { recursive: true });
      await symlink(outside, join(workspace, 'way'));
      await symlink('/', join(workspace, 'x/y/root'));
      await files.rebuild([], () => Promise.reject(new Error('nothing to read')));
      expect(await readdir(workspace)).toEqual([]);
    }
    expect(await readdir(outside)).toEqual(['secret.txt']);
  });
});
