import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verification } from '../../runtime/journal/verify.ts';
import { TamperedSession, withOtherLeaf, type FileName } from './tampered-session.ts';

/** 10,000 trials in all, the same in every run. */
const trials = { flips: 4000, cuts: 1000, lines: 2000, blobs: 1000, rechained: 1500, truncated: 500 } as const;
const seed = 17;

const names = ['files', 'large', 'shared', 'killed', 'steps', 'governed', 'forked'] as const;
/** Thousands of verifications of real files, on a machine that may be busy. */
const patienceMs = 600_000;

async function everyway(
  runs: number,
  trial: (session: TamperedSession, number: (below: number) => number) => Promise<void>,
): Promise<void> {
  const sessions = names.map((name) => new TamperedSession(name));
  const any = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.nat(names.length - 1), fc.tuple(any, any, any, any), async (which, parts) => {
      const session = sessions[which];
      if (session === undefined) return;
      let index = 0;
      await trial(session, (below) => Math.floor((parts[index++] ?? 0) * below));
    }),
    { numRuns: runs, seed },
  );
}

/** Found, and where: the record, and words about the field. */
function expectFound({ broken, proven }: Verification, seq: number, field: RegExp): void {
  expect(broken).toMatchObject({ seq, field: expect.stringMatching(field) });
  expect(proven).toBe('nothing');
}

describe('whoever changes a Session that was recorded is found out', { timeout: patienceMs }, () => {
  it('who has changed nothing is not', async () => {
    for (const name of names) {
      const session = new TamperedSession(name);
      const last = session.anchorAt(session.lines.length);
      expect(await session.verify()).toMatchObject({ broken: null, bundle: 'matches', proven: 'chain only' });
      expect(await session.verify([last])).toMatchObject({
        proven: 'anchored on this machine',
        anchoredSeq: last.seq,
      });
    }
  });

  it('by any single bit, in any file', async () => {
    await everyway(trials.flips, async (session, number) => {
      const files = (['journal.jsonl', 'blobs.pack', 'bundle.json'] as const).filter(
        (one) => session.bytes(one).length > 0,
      );
      const file: FileName = files[number(files.length)] ?? 'journal.jsonl';
      const bytes = Buffer.from(session.bytes(file));
      const place = number(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << number(8)), place);
      const found = await session.verifyWith(file, bytes);
      if (file === 'bundle.json') expectFound(found, 1, /^body\.bundle\.digest$/);
      else if (file === 'blobs.pack') expectFound(found, blobSeq(session, place), /^blob at \d+$/);
      else if (place < bytes.length - 1) expectFound(found, session.seqAt(place), /./);
      // The very last newline looks like a write that did not end: the Session has lost its end.
      else expect(found).toMatchObject({ ended: null, tornBytes: expect.toSatisfy((torn: number) => torn > 0) });
    });
  });

  it('by cutting any file anywhere', async () => {
    await everyway(trials.cuts, async (session, number) => {
      const files = (['journal.jsonl', 'blobs.pack', 'bundle.json'] as const).filter(
        (one) => session.bytes(one).length > 0,
      );
      const file: FileName = files[number(files.length)] ?? 'journal.jsonl';
      const end = number(session.bytes(file).length);
      const bytes = session.bytes(file).subarray(0, end);
      if (file === 'bundle.json') expectFound(await session.verifyWith(file, bytes), 1, /^body\.bundle\.digest$/);
      else if (file === 'blobs.pack')
        expectFound(await session.verifyWith(file, bytes), blobSeq(session, end), /^blob at \d+$/);
      else {
        // Without an anchor a journal that ends early is one that was broken off, and no more is said of it.
        expect(await session.verifyWith(file, bytes)).toMatchObject({
          ended: null,
          proven: session.seqAt(end) === 1 ? 'nothing' : 'chain only',
        });
        const last = session.anchorAt(session.lines.length);
        expectFound(await session.verifyWith(file, bytes, [last]), session.seqAt(end), /^line$/);
      }
    });
  });

  it('by taking out, doubling, moving or swapping records', async () => {
    await everyway(trials.lines, async (session, number) => {
      const { lines } = session;
      const [from, to, how] = [number(lines.length), number(lines.length), number(4)];
      const [one = '', other = ''] = [lines[from], lines[to]];
      const without = lines.toSpliced(from, 1);
      const changed = [
        without,
        lines.toSpliced(to, 0, one),
        without.toSpliced(to, 0, one),
        lines.with(from, other).with(to, one),
      ][how];
      if (changed === undefined || changed.join() === lines.join()) return;
      const first = changed.findIndex((line, index) => line !== lines[index]);
      // Only the last record was taken out: that is a truncation.
      if (first === -1) return;
      expectFound(await session.verifyLines(changed), first + 1, /^(seq|epoch|type|prev)$/);
    });
  });

  it('by swapping blobs or putting others in their place', async () => {
    await everyway(trials.blobs, async (session, number) => {
      const blobs = session.blobs();
      const [one, other] = [blobs[number(blobs.length)]?.ref, blobs[number(blobs.length)]?.ref];
      if (one === undefined || other === undefined) return;
      const pack = session.bytes('blobs.pack');
      const bytes = Buffer.from(pack);
      const source =
        number(2) === 0 ? pack.subarray(other.offset, other.offset + other.bytes) : Buffer.alloc(one.bytes, 'x');
      source.copy(bytes, one.offset, 0, one.bytes);
      const first = bytes.findIndex((byte, index) => byte !== pack[index]);
      if (first !== -1)
        expectFound(await session.verifyWith('blobs.pack', bytes), blobSeq(session, first), /^blob at \d+$/);
    });
  });

  it('by an anchor, however well the chain was made to fit again; without one no more than the chain is claimed', async () => {
    const seen = { byItself: 0, byAnchor: 0, chainOnly: 0 };
    await everyway(trials.rechained, async (session, number) => {
      const { length } = session.lines;
      const seq = 1 + number(length);
      const changed = session.rechained(seq, (body) => withOtherLeaf(body, number(1000)));
      const anchor = session.anchorAt(1 + number(length));

      const alone = await session.verifyLines(changed);
      if (alone.broken === null) expect(alone).toMatchObject({ proven: 'chain only', anchoredSeq: 0 });
      else expect(alone.broken.seq).toBeGreaterThanOrEqual(seq);

      const anchored = await session.verifyLines(changed, [anchor]);
      if (anchor.seq >= seq) {
        expect(anchored.broken).not.toBeNull();
        expect(anchored.proven).toBe('nothing');
        if (alone.broken === null) expectFound(anchored, anchor.seq, /^hash$/);
      } else if (anchored.broken === null) {
        expect(anchored).toMatchObject({ proven: 'anchored on this machine', anchoredSeq: anchor.seq });
      }
      seen[alone.broken !== null ? 'byItself' : anchored.broken === null ? 'chainOnly' : 'byAnchor'] += 1;
    });
    // Each of the three has to happen at all.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
  });

  it('by an anchor that lies beyond a clean truncation', async () => {
    await everyway(trials.truncated, async (session, number) => {
      const { lines } = session;
      const kept = lines.slice(0, number(lines.length));
      const anchor = session.anchorAt(1 + number(lines.length));
      expect(await session.verifyLines(kept)).toMatchObject({
        broken: null,
        ended: null,
        proven: kept.length === 0 ? 'nothing' : 'chain only',
      });
      const anchored = await session.verifyLines(kept, [anchor]);
      if (anchor.seq <= kept.length)
        expect(anchored).toMatchObject({ proven: 'anchored on this machine', anchoredSeq: anchor.seq });
      else {
        expectFound(anchored, kept.length + 1, /^line$/);
        expect(anchored.broken?.expected).toContain(`records up to ${anchor.seq}`);
      }
    });
  });
});

/** The first record that names a blob which holds this byte, or which begins after it. */
function blobSeq(session: TamperedSession, byte: number): number {
  const touched = session.blobs().filter(({ ref }) => ref.offset + ref.bytes > byte);
  return touched[0]?.seq ?? 0;
}
