import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chainLines,
  sampleDraft,
  sampleDrafts,
  sampleInstant,
  temporaryFolder,
} from '../../test/conformance/store-samples.ts';
import { beginning } from './chain.ts';
import { inlineFileOps, type FileOps } from './file-ops.ts';
import { fileStore } from './file-store.ts';
import { openJournal } from './journal.ts';

const clock = (): number => sampleInstant;

/** A folder with a journal of `count` records, all synced but the last. */
async function written(
  count: number,
): Promise<{ readonly dir: string; readonly path: string; readonly bytes: Buffer }> {
  const dir = temporaryFolder();
  const journal = await openJournal({ store: fileStore({ dir }), clock });
  for (const [index, draft] of sampleDrafts(count).entries()) await journal.append(draft, { sync: index < count - 1 });
  await journal.close();
  const path = join(dir, 'journal.jsonl');
  return { dir, path, bytes: fs.readFileSync(path) };
}

/** Opens the folder as a next attempt would, and says whether the one before is proven dead. */
async function opensAsDead(dir: string): Promise<boolean> {
  const store = fileStore({ dir });
  const { previousIsDead } = await store.open();
  await store.close();
  return previousIsDead;
}

function startOfLine(bytes: Buffer, line: number): number {
  let at = 0;
  for (let index = 1; index < line; index += 1) at = bytes.indexOf(10, at) + 1;
  return at;
}

describe('the epoch of an attempt', () => {
  it('is that of the beginning of a fork, which nobody has gone on with', async () => {
    const dir = temporaryFolder();
    for (const [expected, draft] of [
      [1, sampleDraft('session.started')],
      [2, sampleDraft('session.forked')],
      [2, sampleDraft('attempt.started', { attempt: 2 })],
      [3, sampleDraft('limit.reached')],
    ] as const) {
      const journal = await openJournal({ store: fileStore({ dir }), clock });
      expect(journal.epoch).toBe(expected);
      await journal.append(draft, { sync: true });
      await journal.close();
    }
  });
});

describe('opening a journal that is damaged', () => {
  it.each([
    [
      'a complete line that is damaged',
      (bytes: Buffer) => bytes.fill('x', startOfLine(bytes, 3) + 50, startOfLine(bytes, 3) + 60),
      3,
    ],
    [
      'the last line, complete and damaged',
      (bytes: Buffer) => bytes.fill('x', startOfLine(bytes, 8) + 50, bytes.length - 5),
      8,
    ],
    ['NULs before whole records', (bytes: Buffer) => bytes.fill(0, startOfLine(bytes, 6), startOfLine(bytes, 7)), 6],
    [
      'a line too few',
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, startOfLine(bytes, 4)), bytes.subarray(startOfLine(bytes, 5))]),
      4,
    ],
    [
      'bytes that are not UTF-8',
      (bytes: Buffer) => bytes.fill(0xff, startOfLine(bytes, 5) + 30, startOfLine(bytes, 5) + 31),
      5,
    ],
  ])('refuses %s and changes nothing', async (_, damage, seq) => {
    const { dir, path, bytes } = await written(8);
    const damaged = damage(Buffer.from(bytes));
    fs.writeFileSync(path, damaged);
    await expect(openJournal({ store: fileStore({ dir }), clock })).rejects.toMatchObject({
      reason: 'JournalCorrupt',
      detail: {
        at: expect.stringContaining(`journal record ${seq},`),
        expected: expect.any(String),
        found: expect.any(String),
      },
    });
    expect(fs.readFileSync(path)).toEqual(damaged);
    fs.writeFileSync(path, bytes);
    await (await openJournal({ store: fileStore({ dir }), clock })).close();
  });

  it('refuses a journal whose records were swapped for those of another', async () => {
    const [one, other] = [await written(5), await written(5)];
    const swapped = Buffer.concat([
      one.bytes.subarray(0, startOfLine(one.bytes, 3)),
      other.bytes.subarray(startOfLine(other.bytes, 3)),
    ]);
    expect(swapped).toEqual(one.bytes);
    const { lines } = chainLines([sampleDraft('session.started', { seed: 'other' }), ...sampleDrafts(5).slice(1)]);
    fs.writeFileSync(one.path, `${[...one.bytes.toString().split('\n').slice(0, 2), ...lines.slice(2)].join('\n')}\n`);
    await expect(openJournal({ store: fileStore({ dir: one.dir }), clock })).rejects.toMatchObject({
      detail: { at: 'journal record 3, prev' },
    });
  });
});

describe('a file store', () => {
  it.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    ['SMB2', 0xfe534d42],
    ['9p', 0x01021997],
    ['FUSE', 0x65735546],
  ])('refuses %s and says so', async (name, type) => {
    const dir = join(temporaryFolder(), 'session');
    const ops: FileOps = { ...inlineFileOps, fileSystem: () => type };
    await expect(fileStore({ dir, ops }).open()).rejects.toMatchObject({
      reason: 'NetworkFileSystem',
      detail: { found: name },
    });
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('does not follow a link, nor write to what is no file', async () => {
    const [dir, elsewhere] = [temporaryFolder(), join(temporaryFolder(), 'precious')];
    fs.writeFileSync(elsewhere, 'precious');
    fs.symlinkSync(elsewhere, join(dir, 'journal.jsonl'));
    await expect(fileStore({ dir }).open()).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    fs.unlinkSync(join(dir, 'journal.jsonl'));
    fs.mkdirSync(join(dir, 'journal.jsonl'));
    await expect(fileStore({ dir }).open()).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    expect(fs.readFileSync(elsewhere, 'utf8')).toBe('precious');
  });

  it('lets go of the lock when opening fails', async () => {
    const { dir, path, bytes } = await written(2);
    fs.writeFileSync(path, bytes.toString().replace('session.started', 'session.stopped'));
    await expect(openJournal({ store: fileStore({ dir }), clock })).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    fs.writeFileSync(path, bytes);
    await (await openJournal({ store: fileStore({ dir }), clock })).close();
  });

  it('does not know whether an attempt on another machine is dead', async () => {
    const { dir } = await written(1);
    expect(await opensAsDead(dir)).toBe(true);
    fs.writeFileSync(join(dir, 'lock.json'), '{"kernel":"01234567-89ab-cdef-0123-456789abcdef","pid":7}');
    expect(await opensAsDead(dir)).toBe(false);
    // Whoever held it in between has not proven the one before gone.
    expect(await opensAsDead(dir)).toBe(false);
  });

  it.each([
    ['no lock.json', null],
    ['an empty one', ''],
    ['one of NULs', '\0\0\0'],
    ['one that names no kernel', '{"host":"here","pid":7}'],
  ])('takes %s beside records for no proof', async (_, content) => {
    const { dir } = await written(1);
    fs.rmSync(join(dir, 'lock.json'));
    if (content !== null) fs.writeFileSync(join(dir, 'lock.json'), content);
    expect(await opensAsDead(dir)).toBe(false);
  });

  it('writes nothing more once its lock was removed', async () => {
    const { dir, bytes } = await written(2);
    const journal = await openJournal({ store: fileStore({ dir }), clock });
    fs.rmSync(join(dir, 'lock.db'));
    const appended = journal.append(sampleDraft('limit.reached'), { sync: true });
    await expect(appended).rejects.toMatchObject({ reason: 'JournalLocked' });
    await journal.close().catch(() => {});
    expect(fs.readFileSync(join(dir, 'journal.jsonl'))).toEqual(bytes);
  });

  it('is not opened beside a process that lives and has it, whatever became of the lock', async () => {
    const { dir, path, bytes } = await written(1);
    const start = fs.readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
    const holder = { ...JSON.parse(fs.readFileSync(join(dir, 'lock.json'), 'utf8')), pid: process.ppid };
    for (const [said, isDead] of [
      [start, false],
      [`${start}0`, true],
      [null, true],
    ] as const) {
      fs.rmSync(join(dir, 'lock.db'), { force: true });
      fs.writeFileSync(join(dir, 'lock.json'), JSON.stringify({ ...holder, start: said }));
      if (isDead) expect(await opensAsDead(dir)).toBe(true);
      else await expect(fileStore({ dir }).open()).rejects.toMatchObject({ reason: 'JournalLocked' });
    }
    expect(fs.readFileSync(path)).toEqual(bytes);
  });

  it('knows that before the first record there was nobody', async () => {
    expect(await opensAsDead(temporaryFolder())).toBe(true);
  });

  it('writes under an epoch that was counted elsewhere, never below that of a record', async () => {
    const dir = temporaryFolder();
    const store = fileStore({ dir, epoch: 5 });
    expect(await store.open()).toMatchObject({ epoch: 5 });
    const { lines } = chainLines(sampleDrafts(1), { epoch: 5 });
    await store.append(lines, { epoch: 5, expectedHead: beginning.head, firstSeq: 1, sync: true });
    await store.close();
    await expect(fileStore({ dir, epoch: 4 }).open()).rejects.toMatchObject({ reason: 'StaleEpoch' });
    const again = fileStore({ dir, epoch: 5 });
    expect(await again.open()).toMatchObject({ epoch: 5, lines });
    await again.close();
  });

  it('writes nothing more after a failed call, even where the disk is well again', async () => {
    let broken = false;
    const write: FileOps['write'] = (...args) => {
      if (broken) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return inlineFileOps.write(...args);
    };
    const dir = temporaryFolder();
    const store = fileStore({ dir, ops: { ...inlineFileOps, write } });
    await store.open();
    broken = true;
    const { lines } = chainLines(sampleDrafts(1));
    const append = (): Promise<void> =>
      store.append(lines, { epoch: 1, expectedHead: beginning.head, firstSeq: 1, sync: true });
    await expect(append()).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    broken = false;
    await expect(append()).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    await expect(store.putBlob(Buffer.from('x'))).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
    await store.close();
    expect(fs.readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toBe('');
  });

  it('goes on where the kernel wrote only a part', async () => {
    const write: FileOps['write'] = (fd, bytes, position) =>
      inlineFileOps.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), position);
    const dir = temporaryFolder();
    const store = fileStore({ dir, ops: { ...inlineFileOps, write } });
    await store.open();
    const { lines } = chainLines(sampleDrafts(3));
    await store.append(lines, { epoch: 1, expectedHead: beginning.head, firstSeq: 1, sync: true });
    const ref = await store.putBlob(Buffer.alloc(1000, 'ab'));
    expect(Buffer.from(await store.readBlob(ref))).toEqual(Buffer.alloc(1000, 'ab'));
    await store.close();
    expect(fs.readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toBe(`${lines.join('\n')}\n`);
  });
});
