import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inlineFileOps } from '../../runtime/journal/file-ops.ts';
import { fileStore } from '../../runtime/journal/file-store.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import { readAnchors } from '../../runtime/journal/anchors.ts';
import { verifyJournal, type AnchorSet, type Verification } from '../../runtime/journal/verify.ts';
import {
  holding,
  largeValue,
  sampleDraft,
  sampleInstant,
  sampleSession,
  temporaryFolder,
} from '../conformance/store-samples.ts';

const clock = (): number => sampleInstant;
const flips = 4000;

interface Written {
  readonly dir: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly anchors: readonly AnchorSet[];
}

/** A finished Session with a record of each type and some blobs. */
async function written(): Promise<Written> {
  const [dir, anchorDir] = [temporaryFolder(), temporaryFolder()];
  const journal = await openJournal({ store: fileStore({ dir, anchorDir }), clock });
  const [ended, ...drafts] = sampleSession().toReversed();
  if (ended === undefined) throw new Error('no samples');
  for (const draft of drafts.toReversed()) await journal.append(draft, { sync: true });
  for (const seed of ['a', 'b']) {
    await journal.append(await holding(largeValue(seed), journal), { sync: true });
  }
  await journal.append(ended, { sync: true });
  await journal.close();
  const path = join(dir, 'journal.jsonl');
  const anchors = await readAnchors(anchorDir);
  return { dir, path, bytes: fs.readFileSync(path), anchors: [{ where: 'this machine', anchors }] };
}

/** Numbers from 0 to below 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function startOfLine(bytes: Buffer, line: number): number {
  let at = 0;
  for (let index = 1; index < line; index += 1) at = bytes.indexOf(10, at) + 1;
  return at;
}

async function flipped(path: string, bytes: Buffer, random: () => number, verify: () => Promise<Verification>) {
  const place = Math.floor(random() * bytes.length * 8);
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(place >> 3) ^ (1 << (place & 7)), place >> 3);
  fs.writeFileSync(path, damaged);
  return { place: `bit ${place & 7} of byte ${place >> 3}`, verification: await verify() };
}

describe('a journal that a crash has torn', () => {
  it('at any byte of its last three records goes on after the last whole one', async () => {
    const { dir, path, bytes } = await written();
    const { length } = bytes.toString().trimEnd().split('\n');
    for (let cut = startOfLine(bytes, length - 2); cut < bytes.length; cut += 1) {
      const tail = cut % 3 === 0 ? Buffer.alloc(cut % 50) : Buffer.alloc(0);
      fs.writeFileSync(path, Buffer.concat([bytes.subarray(0, cut), tail]));
      const store = fileStore({ dir, ops: { ...inlineFileOps, sync: () => {}, syncFolder: () => {} } });
      const journal = await openJournal({ store, clock });
      const whole = bytes.subarray(0, cut).toString().split('\n').length - 1;
      const torn = cut - startOfLine(bytes, whole + 1) + tail.length;
      expect(journal).toMatchObject({ seq: whole, torn: torn === 0 ? null : { bytes: torn, afterSeq: whole } });
      expect(fs.statSync(path).size, 'nothing is cut before there is something to write').toBe(cut + tail.length);
      await journal.append(sampleDraft('attempt.started', { torn: journal.torn }), { sync: true });
      await journal.close();
      const lines = fs.readFileSync(path, 'utf8').split('\n');
      expect(lines.slice(0, whole)).toEqual(bytes.toString().split('\n').slice(0, whole));
      expect(lines).toHaveLength(whole + 2);
    }
  });
});

describe('a journal with one bit flipped', () => {
  it('is verified before that, and anchored', async () => {
    const { dir, anchors } = await written();
    const whole = await verifyJournal({ from: dir, anchors });
    expect(whole).toMatchObject({
      proven: 'anchored on this machine',
      broken: null,
      tornBytes: 0,
      blobs: { count: 2 },
    });
    expect(whole.anchoredSeq).toBe(whole.records);
  });

  it('is never accepted, wherever the bit is', async () => {
    const { dir, path, bytes, anchors } = await written();
    const random = seeded(3);
    for (let flip = 0; flip < flips; flip += 1) {
      const { place, verification } = await flipped(path, bytes, random, () => verifyJournal({ from: dir, anchors }));
      expect(verification, place).toMatchObject({
        proven: 'nothing',
        broken: {
          seq: expect.any(Number),
          field: expect.any(String),
          expected: expect.any(String),
          found: expect.any(String),
        },
      });
    }
  });

  it('is never taken for whole without anchors either', async () => {
    const { dir, path, bytes } = await written();
    const random = seeded(5);
    for (let flip = 0; flip < flips / 4; flip += 1) {
      const { place, verification } = await flipped(path, bytes, random, () => verifyJournal({ from: dir }));
      // The very last newline is the one bit whose loss looks like a write that did not end.
      const { broken, tornBytes, ended } = verification;
      expect(broken !== null || (tornBytes > 0 && ended === null), place).toBe(true);
    }
  });

  it('is never accepted where the bit is in the blobs', async () => {
    const { dir } = await written();
    const path = join(dir, 'blobs.pack');
    const bytes = fs.readFileSync(path);
    const random = seeded(7);
    for (let flip = 0; flip < flips / 4; flip += 1) {
      const { place, verification } = await flipped(path, bytes, random, () => verifyJournal({ from: dir }));
      expect(verification.broken, place).toMatchObject({ field: expect.stringContaining('blob at') });
    }
  });
});
