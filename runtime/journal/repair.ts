import fs from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, formatInstant, OrketError } from '#crds';
import { readAnchors } from './anchors.ts';
import { beginning, readLine, type Place } from './chain.ts';
import { writeDurably } from './durable-file.ts';
import { lockFolder } from './file-lock.ts';
import { frame } from './framing.ts';
import { bodyText, lineOf } from './line.ts';
import type { Identity, RecordBodies } from './record.ts';
import type { Anchor } from './store.ts';
import { verifyJournal } from './verify.ts';

export interface RepairOptions {
  /** The Session's folder. */
  readonly dir: string;
  readonly anchorDir: string;
  /** Who accepts the loss. */
  readonly by: Identity;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** What is lost by a repair, or would be. */
export interface Loss extends Omit<RecordBodies['session.repaired'], 'by'> {
  /** How many records are whole and stay. */
  readonly kept: number;
}

/** The least that a Session can go on from: how it began, and what else it stands on. */
const leastRecords = 2;

/** What of a journal cannot be kept, null where it is whole. Throws `NotFound` where there is none. */
export async function lossIn({ dir, anchorDir }: Pick<RepairOptions, 'dir' | 'anchorDir'>): Promise<Loss | null> {
  const anchors = await readAnchors(anchorDir);
  const { broken } = await verifyJournal({ from: dir, anchors: [{ where: 'this machine', anchors }] });
  if (broken === null) return null;
  const { seq, field, expected, found } = broken;
  const bytes = fs.readFileSync(join(dir, 'journal.jsonl'));
  const { lines } = frame(bytes);
  const kept = Math.min(seq - 1, lines.length);
  const keptBytes = Buffer.byteLength(textOf(lines.slice(0, kept)));
  const lost = { records: lines.length - kept, bytes: bytes.length - keptBytes };
  return { kept, lost, broken: { field, expected, found }, anchoredSeq: lostAnchor(anchors, kept) };
}

/**
 * Cuts a broken journal after its last whole record and records that somebody accepted this. What was there is kept
 * beside it as `journal.damaged-N.jsonl`, and anchors that spoke for it as `anchors.lost-N.jsonl`: nothing is thrown away.
 * Null where nothing is broken. Throws `JournalLocked`, and `JournalCorrupt` where too little is whole to go on from.
 */
export async function repairJournal(options: RepairOptions): Promise<Loss | null> {
  const { dir, anchorDir, by, clock } = options;
  const lock = lockFolder(dir);
  try {
    const loss = await lossIn(options);
    if (loss === null) return null;
    const { kept, ...body } = loss;
    const path = join(dir, 'journal.jsonl');
    const lines = frame(fs.readFileSync(path)).lines.slice(0, kept);
    const place = placeAfter(lines);
    if (kept < leastRecords || place === null) throw hopeless(dir, kept);
    const envelope = {
      seq: place.seq + 1,
      epoch: place.epoch,
      prev: place.head,
      type: 'session.repaired',
      path: '',
      at: formatInstant(clock()),
      synced: place.synced,
    };
    const { text } = lineOf(envelope, bodyText({ ...body, by }));
    const number = nextNumber(dir);
    writeDurably(join(dir, `journal.damaged-${number}.jsonl`), fs.readFileSync(path));
    await setAside(anchorDir, kept, number);
    writeDurably(path, textOf([...lines, text]));
    return loss;
  } finally {
    lock.release();
  }
}

/** Where a chain has got to, null where it has no such records, or is over. */
function placeAfter(lines: readonly string[]): Place | null {
  let place = beginning;
  for (const line of lines) {
    const link = readLine(line, place);
    if (link.kind === 'break' || link.kind === 'unsupported' || link.record.type === 'session.ended') return null;
    ({ place } = link);
  }
  return place;
}

/** Anchors of what is lost would refuse what goes on without it. */
async function setAside(dir: string, kept: number, number: number): Promise<void> {
  const anchors = await readAnchors(dir);
  if (lostAnchor(anchors, kept) === null) return;
  const path = join(dir, 'anchors.jsonl');
  writeDurably(join(dir, `anchors.lost-${number}.jsonl`), fs.readFileSync(path));
  const fitting = anchors.filter(({ seq }) => seq <= kept).map(({ seq, head }) => canonicalJson({ head, seq }));
  writeDurably(path, textOf(fitting));
}

function lostAnchor(anchors: readonly Anchor[], kept: number): number | null {
  const lost = anchors.filter(({ seq }) => seq > kept).map(({ seq }) => seq);
  return lost.length === 0 ? null : Math.max(...lost);
}

function nextNumber(dir: string): number {
  for (let number = 1; ; number += 1) if (!fs.existsSync(join(dir, `journal.damaged-${number}.jsonl`))) return number;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function hopeless(dir: string, kept: number): OrketError {
  return new OrketError('JournalCorrupt', 'too little of the journal is whole to go on from', {
    at: dir,
    expected: `at least the first ${leastRecords} records of a Session that has not ended`,
    found: `${kept}`,
    remedy: 'Restore the journal from where it was copied or published, or run the Flow again: `orket retry`.',
  });
}
