import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, digestOfBytes, OrketError } from '#crds';
import { beginning, type Place } from '../../runtime/journal/chain.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import type { JournalStore } from '../../runtime/journal/store.ts';
import { chainLines, holding, largeValue, sampleDraft, sampleDrafts, sampleInstant } from './store-samples.ts';

/** One journal, and the handles that attempts get on it. */
export interface StoreUnderTest {
  /** A handle as the next attempt of the Session gets it. */
  next(): JournalStore;
  dispose(): Promise<void>;
}

/** What every JournalStore has to do, whoever keeps the bytes. */
export function describeStore(name: string, start: () => Promise<StoreUnderTest>): void {
  describe(`the store ${name}`, () => {
    let journal: StoreUnderTest;
    beforeEach(async () => {
      journal = await start();
    });
    afterEach(() => journal.dispose());

    const append = (store: JournalStore, lines: readonly string[], after: Place, epoch = 1): Promise<void> =>
      store.append(lines, { epoch, expectedHead: after.head, firstSeq: after.seq + 1, sync: true });

    it('begins empty, with the first epoch', async () => {
      const store = journal.next();
      expect(await store.open()).toMatchObject({ lines: [], epoch: 1, torn: null });
      await store.close();
    });

    it('gives back byte for byte what was appended, to the next attempt under the next epoch', async () => {
      const first = journal.next();
      await first.open();
      const { lines, place } = chainLines(sampleDrafts(20));
      await append(first, lines.slice(0, 1), beginning);
      await append(first, lines.slice(1), chainLines(sampleDrafts(1)).place);
      await first.close();
      const second = journal.next();
      expect(await second.open()).toMatchObject({ lines, epoch: 2, torn: null });
      const more = chainLines([sampleDraft('attempt.started', { attempt: 2 })], { place, epoch: 2 });
      await append(second, more.lines, place, 2);
      await second.close();
      const third = journal.next();
      expect((await third.open()).lines).toEqual([...lines, ...more.lines]);
      await third.close();
    });

    it('keeps a record that was not synced, as long as the machine lives', async () => {
      const store = journal.next();
      await store.open();
      const { lines } = chainLines(sampleDrafts(1));
      await store.append(lines, { epoch: 1, expectedHead: beginning.head, firstSeq: 1, sync: false });
      await store.close();
      const next = journal.next();
      expect((await next.open()).lines).toEqual(lines);
      await next.close();
    });

    it('refuses lines that do not follow, and goes on with those that do', async () => {
      const store = journal.next();
      await store.open();
      const { lines, place } = chainLines(sampleDrafts(2));
      await append(store, lines, beginning);
      const more = chainLines([sampleDraft('limit.reached')], { place });
      await expect(append(store, more.lines, { ...place, head: 'f'.repeat(64) })).rejects.toMatchObject({
        reason: 'HeadMismatch',
      });
      await expect(append(store, more.lines, { ...place, seq: 7 })).rejects.toMatchObject({ reason: 'HeadMismatch' });
      await append(store, more.lines, place);
      await store.close();
      const next = journal.next();
      expect((await next.open()).lines).toEqual([...lines, ...more.lines]);
      await next.close();
    });

    it('refuses an epoch that is not the one it gave', async () => {
      const store = journal.next();
      const { epoch } = await store.open();
      const { lines } = chainLines(sampleDrafts(1), { epoch: epoch + 1 });
      await expect(append(store, lines, beginning, epoch + 1)).rejects.toMatchObject({ reason: 'StaleEpoch' });
      await store.close();
    });

    it('takes the same lines at the same place again without doubling them', async () => {
      const store = journal.next();
      await store.open();
      const { lines } = chainLines(sampleDrafts(3));
      await append(store, lines, beginning);
      await append(store, lines, beginning);
      await store.close();
      const next = journal.next();
      expect((await next.open()).lines).toEqual(lines);
      await next.close();
    });

    it('never lets two attempts write', async () => {
      const first = journal.next();
      await first.open();
      const second = journal.next();
      const refused = await second.open().then(
        () => null,
        (error: unknown) => error,
      );
      if (refused === null) {
        await expect(append(first, chainLines(sampleDrafts(1)).lines, beginning)).rejects.toMatchObject({
          reason: 'StaleEpoch',
        });
      } else {
        expect(refused).toMatchObject({ reason: 'JournalLocked' });
      }
      await second.close();
      await first.close();
    });

    it('keeps blobs by digest, once each, over attempts', async () => {
      const store = journal.next();
      await store.open();
      const [one, other] = [Buffer.from([0, 255, 10, 13]), Buffer.alloc(1_000_000, 'blob')];
      const refs = [await store.putBlob(one), await store.putBlob(other), await store.putBlob(one)] as const;
      expect(refs[0]).toMatchObject({ digest: digestOfBytes(one), bytes: 4 });
      expect(refs[2]).toEqual(refs[0]);
      expect(Buffer.from(await store.readBlob(refs[1])).equals(other)).toBe(true);
      await append(store, chainLines(sampleDrafts(1)).lines, beginning);
      await store.close();
      const next = journal.next();
      await next.open();
      expect(Buffer.from(await next.readBlob(refs[0])).equals(one)).toBe(true);
      await next.close();
    });

    it('refuses bytes that are not those a reference names', async () => {
      const store = journal.next();
      await store.open();
      const ref = await store.putBlob(Buffer.from('something'));
      await expect(store.readBlob({ ...ref, digest: digestOfBytes('else') })).rejects.toBeInstanceOf(OrketError);
      await expect(store.readBlob({ digest: digestOfBytes('none'), offset: 5000, bytes: 9 })).rejects.toMatchObject({
        reason: 'JournalCorrupt',
      });
      await store.close();
    });

    it('takes an anchor', async () => {
      const store = journal.next();
      await store.open();
      const { lines, place } = chainLines(sampleDrafts(1));
      await append(store, lines, beginning);
      await expect(store.anchor({ seq: 1, head: place.head })).resolves.toBeUndefined();
      await store.close();
    });

    it('carries a journal over attempts', async () => {
      const value = largeValue('first');
      for (const attempt of [1, 2, 3]) {
        const open = await openJournal({ store: journal.next(), clock: () => sampleInstant });
        expect(open).toMatchObject({ epoch: attempt, seq: (attempt - 1) * 2 });
        await open.append(sampleDraft('attempt.started', { attempt }), { sync: false });
        await open.append(await holding(value, open), { sync: true });
        expect(open).toMatchObject({ seq: attempt * 2, syncedSeq: attempt * 2 });
        const [last] = open.records.slice(-1);
        expect(last?.type === 'step.ended' && (await open.read(last.body.output, digestOf(value)))).toEqual(value);
        await open.close();
      }
    });
  });
}
