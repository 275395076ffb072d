import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chainLines,
  largeValue,
  sampleDraft,
  sampleDrafts,
  sampleInstant,
  temporaryFolder,
} from '../../test/conformance/store-samples.ts';
import { fileStore } from './file-store.ts';
import { openJournal } from './journal.ts';
import { readBlob, readJournal, type ReadOptions } from './read.ts';

async function read(dir: string, options: ReadOptions = {}): Promise<readonly number[]> {
  const seqs: number[] = [];
  for await (const { record } of readJournal(dir, options)) seqs.push(record.seq);
  return seqs;
}

function folder(content: string): string {
  const dir = temporaryFolder();
  fs.writeFileSync(join(dir, 'journal.jsonl'), content);
  return dir;
}

function text(count: number): string {
  return chainLines(sampleDrafts(count))
    .lines.map((line) => `${line}\n`)
    .join('');
}

describe('readJournal', () => {
  it('gives the whole records there are and leaves a torn line alone', async () => {
    expect(await read(folder(text(4)))).toEqual([1, 2, 3, 4]);
    expect(await read(folder(text(4).slice(0, -1)))).toEqual([1, 2, 3]);
    expect(await read(folder(`${text(2)}\0\0\0`))).toEqual([1, 2]);
    expect(await read(temporaryFolder())).toEqual([]);
  });

  it('stops at a record that is not as it was written, after those before it', async () => {
    const seqs: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { record } of readJournal(folder(text(4).replace('"attempt":1', '"attempt":2'))))
        seqs.push(record.seq);
    };
    await expect(reading()).rejects.toMatchObject({
      reason: 'JournalCorrupt',
      detail: { at: 'journal record 2, hash' },
    });
    expect(seqs).toEqual([1]);
  });

  it('reads journals of many pieces', async () => {
    const drafts = Array.from({ length: 60 }, () =>
      sampleDraft('step.ended', { output: { value: 'é'.repeat(15_000) } }),
    );
    const lines = chainLines(drafts).lines.map((line) => `${line}\n`);
    expect(await read(folder(lines.join('')))).toHaveLength(60);
  });

  it('follows a journal from before its first record to the end of the Session', async () => {
    const dir = temporaryFolder();
    const following = read(dir, { follow: true });
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant });
    for (const draft of sampleDrafts(30)) await journal.append(draft, { sync: false });
    await journal.append(sampleDraft('session.ended'), { sync: true });
    expect(await following).toHaveLength(31);
    await journal.close();
  });

  it('follows over the crash of a writer and the attempt after it', async () => {
    const dir = folder(`${text(3)}{"at":"20`);
    const following = read(dir, { follow: true });
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant });
    expect(journal.torn).toEqual({ bytes: 9, afterSeq: 3 });
    await journal.append(sampleDraft('attempt.started', { attempt: 2, torn: journal.torn }), { sync: true });
    await journal.append(sampleDraft('session.ended'), { sync: true });
    expect(await following).toEqual([1, 2, 3, 4, 5]);
    await journal.close();
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const seqs: number[] = [];
    for await (const { record } of readJournal(folder(text(2)), { follow: true, signal: stop.signal })) {
      seqs.push(record.seq);
      if (record.seq === 2) stop.abort();
    }
    expect(seqs).toEqual([1, 2]);
  });

  it('notices that a journal was cut below what it has shown', async () => {
    const dir = folder(text(3));
    const reading = async (): Promise<void> => {
      for await (const { record } of readJournal(dir, { follow: true })) {
        if (record.seq === 3) fs.truncateSync(join(dir, 'journal.jsonl'), 10);
      }
    };
    await expect(reading()).rejects.toMatchObject({ reason: 'JournalCorrupt', detail: { found: 'a shorter file' } });
  });

  it('says where there is no Session', async () => {
    const dir = join(temporaryFolder(), 'none');
    await expect(read(dir)).rejects.toMatchObject({ reason: 'NotFound' });
    await expect(read(dir, { follow: true })).rejects.toMatchObject({ reason: 'NotFound' });
  });
});

describe('readBlob', () => {
  it('gives the bytes a record names and no others', async () => {
    const dir = temporaryFolder();
    const journal = await openJournal({ store: fileStore({ dir }), clock: () => sampleInstant });
    const recorded = await journal.record(largeValue('x'));
    await journal.close();
    if (recorded === null || !('blob' in recorded)) throw new Error('too short for a blob');
    expect(JSON.parse(Buffer.from(await readBlob(dir, recorded.blob)).toString())).toEqual(largeValue('x'));
    await expect(readBlob(dir, { ...recorded.blob, offset: 1 })).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    await expect(readBlob(temporaryFolder(), recorded.blob)).rejects.toMatchObject({ reason: 'JournalCorrupt' });
  });
});
