import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, type Digest } from '#crds';
import { FaultyDisk, type Fault } from '../conformance/store-disk.ts';
import {
  holding,
  largeValue,
  sampleDraft,
  sampleDrafts,
  sampleInstant,
  temporaryFolder,
} from '../conformance/store-samples.ts';
import type { FileOps } from '../../runtime/journal/file-ops.ts';
import { fileStore } from '../../runtime/journal/file-store.ts';
import { openJournal, type Journal } from '../../runtime/journal/journal.ts';
import { verifyJournal } from '../../runtime/journal/verify.ts';

const clock = (): number => sampleInstant;
const drafts = sampleDrafts(14);
const rest = drafts.slice(1).filter(({ type }) => type !== 'attempt.started');

/** What a writer was told to be durable: hashes in order, and values that records name. */
interface Acknowledged {
  readonly hashes: string[];
  readonly values: Digest[];
}

/** One attempt: records with and without sync, alone and several at once, short values and long ones. */
async function attempt(dir: string, ops: FileOps, durable: Acknowledged): Promise<void> {
  const journal = await openJournal({ store: fileStore({ dir, ops }), clock });
  try {
    const begun = sampleDraft('attempt.started', { attempt: journal.epoch, torn: journal.torn });
    const started = journal.seq === 0 ? drafts.slice(0, 1) : [];
    const own = rest.map(({ type }, index) => sampleDraft(type, {}, `write#${journal.epoch * 100 + index}~1`));
    for (const [index, draft] of [...started, begun, ...own].entries()) {
      if (index % 4 === 3)
        await Promise.all([add(journal, false), add(journal, true, durable), add(journal, true, durable)]);
      if (index % 5 === 2) await addLarge(journal, `value ${journal.seq}`, durable);
      const { hash } = await journal.append(draft, { sync: index % 3 === 0 });
      if (index % 3 === 0) durable.hashes.push(hash);
    }
  } catch (error) {
    await expect(journal.append(sampleDraft('limit.reached'), { sync: true })).rejects.toThrow();
    throw error;
  } finally {
    await journal.close().catch(() => {});
  }
}

async function add(journal: Journal, sync: boolean, durable?: Acknowledged): Promise<void> {
  const { hash } = await journal.append(sampleDraft('limit.reached'), { sync });
  durable?.hashes.push(hash);
}

async function addLarge(journal: Journal, seed: string, durable: Acknowledged): Promise<void> {
  const { hash } = await journal.append(await holding(largeValue(seed), journal), { sync: true });
  durable.hashes.push(hash);
  durable.values.push(digestOf(largeValue(seed)));
}

/** The journal opens, and holds everything that was said to be durable. */
async function expectWhole(dir: string, durable: Acknowledged): Promise<void> {
  const journal = await openJournal({ store: fileStore({ dir }), clock });
  const hashes = new Set(journal.records.map(({ hash }) => hash));
  expect(durable.hashes.filter((hash) => !hashes.has(hash))).toEqual([]);
  for (const value of durable.values)
    expect(await journal.read(null, value)).toMatchObject({ text: 'large '.repeat(8000) });
  await journal.close();
  expect(await verifyJournal({ from: dir })).toMatchObject({ broken: null });
}

async function callsOfTwoAttempts(): Promise<number> {
  const disk = new FaultyDisk();
  const dir = join(temporaryFolder(), 'session');
  await attempt(dir, disk.ops, { hashes: [], values: [] });
  await attempt(dir, disk.ops, { hashes: [], values: [] });
  return disk.calls;
}

describe('a disk that fails', () => {
  it.each<Fault>(['EIO', 'ENOSPC', 'torn write'])(
    'at any call with %s: what was acknowledged is durable, and the next attempt goes on',
    async (fault) => {
      const folder = temporaryFolder();
      const calls = await callsOfTwoAttempts();
      expect(calls).toBeGreaterThan(60);
      for (let k = 1; k <= calls; k += 1) {
        const disk = new FaultyDisk();
        const dir = join(folder, `k${k}`, 'session');
        const durable: Acknowledged = { hashes: [], values: [] };
        disk.failAt(k, fault);
        let failures = 0;
        // Until a whole attempt has come through on the disk that has failed once.
        for (let attempts = 0; attempts < 2 + failures; attempts += 1) {
          await attempt(dir, disk.ops, durable).catch(() => {
            failures += 1;
          });
          const cut = join(folder, `k${k}`, `cut${attempts}`);
          disk.afterPowerCut(cut, ((k * 7 + attempts * 3) % 11) / 10);
          await expectWhole(cut, durable);
        }
        expect(failures, `call ${k}`).toBe(1);
      }
    },
  );
});
