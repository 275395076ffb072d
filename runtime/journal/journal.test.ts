import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf } from '#crds';
import {
  holding,
  largeValue,
  sampleDraft,
  sampleInstant,
  sampleSession,
  temporaryFolder,
} from '../../test/conformance/store-samples.ts';
import { inlineFileOps, pooledFileOps, type FileOps } from './file-ops.ts';
import { fileStore, type FileStoreOptions } from './file-store.ts';
import { openJournal, type Journal } from './journal.ts';
import { inlineBytes, maxLineBytes } from './record.ts';

interface Opening extends Partial<FileStoreOptions> {
  readonly clock?: () => number;
}

async function open({
  dir = temporaryFolder(),
  clock = () => sampleInstant,
  ...options
}: Opening = {}): Promise<Journal> {
  return openJournal({ store: fileStore({ dir, ...options }), clock });
}

/** Counts what costs time. */
function counted(ops: FileOps): { readonly ops: FileOps; readonly calls: string[] } {
  const calls: string[] = [];
  const write: FileOps['write'] = (...args) => {
    calls.push('write');
    return ops.write(...args);
  };
  const sync: FileOps['sync'] = (fd) => {
    calls.push('sync');
    return ops.sync(fd);
  };
  return { ops: { ...ops, write, sync }, calls };
}

describe('a journal', () => {
  it('gives records their places in the order of the calls and reads them back', async () => {
    const dir = temporaryFolder();
    const journal = await open({ dir });
    const written = await Promise.all(
      sampleSession().map((draft, index) => journal.append(draft, { sync: index % 2 === 0 })),
    );
    expect(written.map(({ seq }) => seq)).toEqual(written.map((_, index) => index + 1));
    expect(journal).toMatchObject({ seq: written.length, head: written.at(-1)?.hash });
    await journal.close();
    const again = await open({ dir });
    expect(again.records).toEqual(written);
    expect(again).toMatchObject({
      epoch: 2,
      seq: written.length,
      syncedSeq: written.length,
      torn: null,
      previousIsDead: true,
    });
    await again.close();
  });

  it('costs one write and one sync for each durable append', async () => {
    const { ops, calls } = counted(inlineFileOps);
    const journal = await open({ ops });
    await journal.append(sampleDraft('session.started'), { sync: true });
    calls.length = 0;
    for (let index = 0; index < 5; index += 1) await journal.append(sampleDraft('limit.reached'), { sync: true });
    await journal.append(sampleDraft('limit.reached'), { sync: false });
    expect(calls).toEqual([...Array.from({ length: 5 }, () => ['write', 'sync']).flat(), 'write']);
    await journal.close();
  });

  it('makes durable with the next record what has to be so soon, and by itself where none comes', async () => {
    const { ops, calls } = counted(inlineFileOps);
    const journal = await open({ ops });
    await journal.append(sampleDraft('session.started'), { sync: true });
    calls.length = 0;
    await journal.append(sampleDraft('limit.reached'), { sync: 'soon' });
    await journal.append(sampleDraft('limit.reached'), { sync: false });
    expect(journal.syncedSeq).toBe(1);
    await journal.append(sampleDraft('limit.reached'), { sync: true });
    expect(calls).toEqual(['write', 'write', 'write', 'sync']);
    await journal.append(sampleDraft('limit.reached'), { sync: 'soon' });
    await journal.append(sampleDraft('limit.reached'), { sync: false });
    await expect.poll(() => journal.syncedSeq).toBe(6);
    expect(calls.slice(4)).toEqual(['write', 'write', 'sync']);
    await journal.close();
    expect(calls).toHaveLength(7);
  });

  it('leaves nothing to become durable later when it is flushed or closed', async () => {
    const { ops, calls } = counted(inlineFileOps);
    const journal = await open({ ops });
    await journal.append(sampleDraft('session.started'), { sync: 'soon' });
    await journal.flush();
    expect(journal.syncedSeq).toBe(1);
    calls.length = 0;
    void journal.append(sampleDraft('limit.reached'), { sync: 'soon' });
    await journal.close();
    expect(calls).toEqual(['write', 'sync']);
  });

  it.each([inlineFileOps, pooledFileOps])('lets concurrent callers share writes and syncs (%#)', async (real) => {
    const { ops, calls } = counted(real);
    const journal = await open({ ops });
    await journal.append(sampleDraft('session.started'), { sync: true });
    calls.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => journal.append(sampleDraft('limit.reached'), { sync: true })));
    expect(calls.length).toBeLessThan(7);
    expect(journal).toMatchObject({ seq: 101, syncedSeq: 101 });
    await journal.close();
  });

  it('says in each record what was known durable when it was written', async () => {
    const journal = await open();
    const first = journal.append(sampleDraft('session.started'), { sync: true });
    const second = await journal.append(sampleDraft('limit.reached'), { sync: true });
    const third = await journal.append(sampleDraft('limit.reached'), { sync: false });
    const fourth = await journal.append(sampleDraft('limit.reached'), { sync: true });
    expect([(await first).synced, second.synced, third.synced, fourth.synced]).toEqual([0, 0, 2, 2]);
    await journal.close();
  });

  it('tells its observer of each record once it is written, never before', async () => {
    const dir = temporaryFolder();
    const seen: (readonly [number, number])[] = [];
    const lines = (): number => fs.readFileSync(join(dir, 'journal.jsonl'), 'utf8').split('\n').length - 1;
    const observe = ({ seq }: { readonly seq: number }): void => void seen.push([seq, lines()]);
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant, observe });
    await journal.append(sampleDraft('session.started'), { sync: true });
    void journal.append(sampleDraft('limit.reached'), { sync: false });
    await journal.flush();
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await journal.close();
  });

  it('fails everything after a failed write, with the same error', async () => {
    let broken = false;
    const ops: FileOps = {
      ...inlineFileOps,
      sync: (fd) => {
        if (broken) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
        return inlineFileOps.sync(fd);
      },
    };
    const dir = temporaryFolder();
    const journal = await open({ dir, ops });
    await journal.append(sampleDraft('session.started'), { sync: true });
    broken = true;
    const append = (sync: boolean): Promise<unknown> => journal.append(sampleDraft('limit.reached'), { sync });
    const results = await Promise.allSettled([append(false), append(true), append(true)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    broken = false;
    for (const attempt of [append(true), append(false), journal.record(largeValue('x')), journal.flush()]) {
      await expect(attempt).rejects.toMatchObject({
        reason: 'JournalWriteFailed',
        detail: { found: expect.stringMatching(/EIO/) },
      });
    }
    expect(journal.syncedSeq).toBe(1);
    await journal.close().catch(() => {});
    await (await open({ dir })).close();
  });

  it('refuses a record that no reader would take, and goes on', async () => {
    const journal = await open();
    const wrong = sampleDraft('limit.reached', { allowed: Number.NaN });
    await expect(journal.append(wrong, { sync: true })).rejects.toMatchObject({ reason: 'NotCanonical' });
    const attempt = sampleDraft('attempt.started', { attempt: 0 });
    await expect(journal.append(attempt, { sync: true })).rejects.toMatchObject({ detail: { at: 'body.attempt' } });
    const long = sampleDraft('limit.reached', { limit: 'x'.repeat(maxLineBytes) });
    await expect(journal.append(long, { sync: true })).rejects.toMatchObject({ reason: 'StorageExceeded' });
    expect((await journal.append(sampleDraft('session.started'), { sync: true })).seq).toBe(1);
    await journal.close();
  });
});

describe('values in a journal', () => {
  it('are inline up to 32 KiB of canonical JSON and in the pack above', async () => {
    const journal = await open();
    const fits = 'x'.repeat(inlineBytes - 2);
    expect(await journal.record(fits)).toEqual({ value: fits });
    const accents = 'é'.repeat(inlineBytes / 2);
    const recorded = await journal.record(accents);
    expect(recorded).toMatchObject({ blob: { digest: digestOf(accents), bytes: inlineBytes + 2 } });
    expect(await journal.read(recorded, digestOf(accents))).toBe(accents);
    await journal.close();
  });

  it('are stored once for each digest, over attempts', async () => {
    const dir = temporaryFolder();
    const value = largeValue('same');
    for (const attempt of [1, 2, 3]) {
      const journal = await open({ dir });
      const [one, other] = [await holding(value, journal), await holding(value, journal)];
      expect(one).toEqual(other);
      expect(one.body.output === null).toBe(attempt > 1);
      await journal.append(one, { sync: true });
      expect(await journal.record(value)).toBeNull();
      expect(await journal.read(null, digestOf(value))).toEqual(value);
      await journal.close();
      expect(fs.statSync(join(dir, 'blobs.pack')).size, `attempt ${attempt}`).toBe(canonicalJson(value).length);
    }
  });

  it('hold files as text where they are short and UTF-8, else as bytes', async () => {
    const journal = await open();
    const files = [
      Buffer.from('\ufeffGrüße\n'),
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.alloc(40_000, 'a'),
      Buffer.alloc(20_000),
    ];
    const contents = await Promise.all(files.map((bytes) => journal.putFile(bytes)));
    expect(contents.map((content) => Object.keys(content ?? {})[0])).toEqual(['text', 'blob', 'blob', 'blob']);
    for (const [index, content] of contents.entries()) {
      expect(Buffer.from(await journal.readFile(content, digestOf(index)))).toEqual(files[index]);
    }
    await journal.close();
  });
});

describe('anchors', () => {
  const anchorsOf = (dir: string): readonly { readonly seq: number; readonly head: string }[] => {
    const text = fs.existsSync(join(dir, 'anchors.jsonl')) ? fs.readFileSync(join(dir, 'anchors.jsonl'), 'utf8') : '';
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  };

  it('are written at the start, at most every 30 seconds, and at the end, of durable records only', async () => {
    const anchorDir = temporaryFolder();
    let now = sampleInstant;
    const journal = await open({ anchorDir, clock: () => now });
    const append = async (sync: boolean): Promise<void> =>
      void (await journal.append(sampleDraft('limit.reached'), { sync }));
    await append(false);
    expect(anchorsOf(anchorDir)).toEqual([]);
    await append(true);
    now += 29_999;
    await append(true);
    now += 1;
    await append(false);
    await append(true);
    await append(true);
    await append(false);
    await journal.close();
    expect(anchorsOf(anchorDir).map(({ seq }) => seq)).toEqual([2, 5, 6]);
    expect(anchorsOf(anchorDir).at(-1)?.head).toBe(journal.records[5]?.hash);
  });

  it('are written when a gate opens and when it is decided, once for what became durable together', async () => {
    const anchorDir = temporaryFolder();
    const journal = await open({ anchorDir });
    const append = (type: 'gate.opened' | 'gate.decided' | 'limit.reached', sync: boolean, path = 'write#1~1/g1') =>
      journal.append(sampleDraft(type, {}, path), { sync });
    const anchored = () => anchorsOf(anchorDir).map(({ seq }) => seq);
    await append('limit.reached', true);
    await append('gate.opened', true);
    expect(anchored()).toEqual([1, 2]);
    await append('limit.reached', true);
    await append('gate.decided', false);
    expect(anchored()).toEqual([1, 2]);
    await append('limit.reached', true);
    expect(anchored()).toEqual([1, 2, 5]);
    await Promise.all([append('gate.opened', true, 'write#1~1/g2'), append('gate.opened', true, 'write#1~1/g3')]);
    expect(anchored()).toEqual([1, 2, 5, 7]);
    await append('limit.reached', true);
    expect(anchored()).toEqual([1, 2, 5, 7]);
    await journal.close();
  });

  it('give away a journal that was cut or written anew', async () => {
    const [dir, anchorDir, forged] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const writeTwo = async (options: Opening): Promise<void> => {
      const journal = await open(options);
      await journal.append(sampleDraft('session.started', { seed: String(options.dir) }), { sync: true });
      await journal.append(sampleDraft('limit.reached'), { sync: true });
      await journal.close();
    };
    await writeTwo({ dir, anchorDir });
    const whole = fs.readFileSync(join(dir, 'journal.jsonl'), 'utf8');
    const [first = ''] = whole.split('\n');
    fs.writeFileSync(join(dir, 'journal.jsonl'), `${first}\n`);
    await expect(open({ dir, anchorDir })).rejects.toMatchObject({
      reason: 'JournalCorrupt',
      detail: { at: 'journal record 2, hash', found: 'the end of the journal' },
    });
    await writeTwo({ dir: forged });
    fs.copyFileSync(join(forged, 'journal.jsonl'), join(dir, 'journal.jsonl'));
    await expect(open({ dir, anchorDir })).rejects.toMatchObject({ detail: { at: 'journal record 1, hash' } });
    fs.writeFileSync(join(dir, 'journal.jsonl'), whole);
    await (await open({ dir, anchorDir })).close();
  });
});
