import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleDraft, sampleInstant, temporaryFolder } from '../../test/conformance/store-samples.ts';
import { readAnchors } from './anchors.ts';
import { fileStore } from './file-store.ts';
import { openJournal } from './journal.ts';
import { lossIn, repairJournal } from './repair.ts';
import { verifyJournal } from './verify.ts';

const by = { name: 'ada', groups: [], verifiedBy: 'os-uid' } as const;
const clock = (): number => sampleInstant;

/** A Session of six records that was broken off, and where its anchors are. */
async function written() {
  const [dir, anchorDir] = [join(temporaryFolder(), 'session'), temporaryFolder()];
  const journal = await openJournal({ store: fileStore({ dir, anchorDir }), clock });
  await journal.append(sampleDraft('session.started'), { sync: true });
  await journal.append(sampleDraft('attempt.started'), { sync: true });
  for (const path of ['a#1~1', 'b#1~1', 'c#1~1', 'd#1~1'])
    await journal.append(sampleDraft('step.started', {}, path), { sync: true });
  await journal.close();
  return { dir, anchorDir, by, clock, path: join(dir, 'journal.jsonl') };
}

/** Damages the line of a record. */
function damage(path: string, seq: number): void {
  const lines = fs.readFileSync(path, 'utf8').split('\n');
  fs.writeFileSync(
    path,
    lines
      .with(seq - 1, (lines[seq - 1] ?? '').replace('"attempt"', '"Attempt"').replace('"kind"', '"Kind"'))
      .join('\n'),
  );
}

describe('a journal that is repaired', () => {
  it('goes on after its last whole record, says so, and keeps what was there', async () => {
    const at = await written();
    damage(at.path, 5);
    const damaged = fs.readFileSync(at.path, 'utf8');
    expect(await lossIn(at)).toMatchObject({
      kept: 4,
      lost: { records: 2 },
      anchoredSeq: 6,
      broken: { field: 'line' },
    });
    expect(fs.readFileSync(at.path, 'utf8')).toBe(damaged);
    await expect(openJournal({ store: fileStore(at), clock })).rejects.toMatchObject({ reason: 'JournalCorrupt' });

    expect(await repairJournal(at)).toMatchObject({ kept: 4 });
    expect(fs.readFileSync(join(at.dir, 'journal.damaged-1.jsonl'), 'utf8')).toBe(damaged);
    const journal = await openJournal({ store: fileStore(at), clock });
    expect(journal.epoch).toBe(2);
    expect(journal.records.at(-1)).toMatchObject({
      seq: 5,
      epoch: 1,
      type: 'session.repaired',
      body: { lost: { records: 2 }, anchoredSeq: 6, by },
    });
    await journal.append(sampleDraft('attempt.started', { attempt: 2 }), { sync: true });
    await journal.close();
    const anchors = await readAnchors(at.anchorDir);
    expect(await verifyJournal({ from: at.dir, anchors: [{ where: 'this machine', anchors }] })).toMatchObject({
      broken: null,
      records: 6,
      proven: 'anchored on this machine',
    });
    expect(fs.existsSync(join(at.anchorDir, 'anchors.lost-1.jsonl'))).toBe(true);
    expect(await repairJournal(at)).toBeNull();
  });

  it('is one that an anchor says was cut, too', async () => {
    const at = await written();
    const lines = fs.readFileSync(at.path, 'utf8').split('\n');
    fs.writeFileSync(at.path, `${lines.slice(0, 3).join('\n')}\n`);
    expect(await repairJournal(at)).toMatchObject({ kept: 3, lost: { records: 0, bytes: 0 }, anchoredSeq: 6 });
    const journal = await openJournal({ store: fileStore(at), clock });
    expect(journal.seq).toBe(4);
    await journal.close();
  });

  it('is not one that is whole, that has hardly begun, or that a process has', async () => {
    const at = await written();
    const before = fs.readFileSync(at.path, 'utf8');
    expect(await repairJournal(at)).toBeNull();
    expect(fs.readFileSync(at.path, 'utf8')).toBe(before);
    const store = fileStore(at);
    await store.open();
    await expect(repairJournal(at)).rejects.toMatchObject({ reason: 'JournalLocked' });
    await store.close();
    damage(at.path, 2);
    const damaged = fs.readFileSync(at.path, 'utf8');
    await expect(repairJournal(at)).rejects.toMatchObject({ reason: 'JournalCorrupt' });
    expect(fs.readFileSync(at.path, 'utf8')).toBe(damaged);
    expect(fs.readdirSync(at.dir).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});
