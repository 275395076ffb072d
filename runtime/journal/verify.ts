import { digestOfBytes, type Digest } from '#crds';
import { ArtifactCopies } from './artifact-copies.ts';
import { beginning, readLine, type Break, type Link, type Place } from './chain.ts';
import { Consistency } from './consistency.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import type { BlobRef, JournalRecord } from './record.ts';
import { folderSource, type JournalSource } from './source.ts';
import type { Anchor } from './store.ts';

export interface VerifyOptions {
  /** A Session's folder, or whatever else holds a journal. */
  readonly from: string | JournalSource;
  /** `bundle.json` of the Session: canonical JSON, so that its digest is that of its bytes. A newline may follow it. */
  readonly bundle?: string;
  /** Where copies of its artifacts lie, if there are any. */
  readonly artifacts?: string;
  /** Places in the chain that were kept outside of it. */
  readonly anchors?: readonly AnchorSet[];
}

export interface AnchorSet {
  readonly where: 'this machine' | 'elsewhere';
  readonly anchors: readonly Anchor[];
}

/** What holding on to the journal alone cannot show is shown by anchors: that it was not cut or written anew. */
export type Proof = 'nothing' | 'chain only' | 'anchored on this machine' | 'anchored elsewhere';

export interface Verification {
  readonly proven: Proof;
  /** The last record that an anchor speaks for, 0 for none. */
  readonly anchoredSeq: number;
  /** Records that follow one another unbroken from the first. */
  readonly records: number;
  readonly head: string;
  /** Where the first thing is that is not as it should be. */
  readonly broken: Break | null;
  /** Bytes of a write that did not end, after the last record: what a crash leaves, no break. */
  readonly tornBytes: number;
  readonly blobs: { readonly count: number; readonly bytes: number };
  readonly bundle: 'matches' | 'not compared';
  /** How many copies of artifacts are what the journal holds. */
  readonly artifacts: number;
  readonly started: JournalRecord<'session.started'>['body'] | null;
  /** Null for a Session that was broken off or is still running. */
  readonly ended: JournalRecord<'session.ended'>['body'] | null;
}

/**
 * Checks a finished or broken-off Session: bytes, chain, bodies, every digest that stands beside its value, every blob,
 * what records say of those before them, the bundle and the anchors where they are given. Stops at the first break.
 * Memory does not grow with the journal but by some hundred bytes for each step, call, long value and message. Throws NotFound
 * where there is no journal.
 */
export async function verifyJournal(options: VerifyOptions): Promise<Verification> {
  const { from, bundle, artifacts, anchors = [] } = options;
  const source = typeof from === 'string' ? await folderSource(from) : from;
  try {
    const digest = bundle === undefined ? null : digestOfBytes(bundle.replace(/\n$/, ''));
    const copies = artifacts === undefined ? null : new ArtifactCopies(artifacts);
    return await new Run(source, digest, copies, anchors).verify();
  } finally {
    await source.close();
  }
}

class Run {
  readonly #source: JournalSource;
  readonly #bundleDigest: Digest | null;
  readonly #copies: ArtifactCopies | null;
  readonly #sets: readonly AnchorSet[];
  readonly #anchors: ReadonlyMap<number, readonly string[]>;
  readonly #blobs = new Map<string, number>();
  readonly #consistency: Consistency;
  #place: Place = beginning;
  #started: Verification['started'] = null;
  #ended: Verification['ended'] = null;

  constructor(
    source: JournalSource,
    bundleDigest: Digest | null,
    copies: ArtifactCopies | null,
    sets: readonly AnchorSet[],
  ) {
    this.#source = source;
    this.#copies = copies;
    this.#consistency = new Consistency({
      semantics: semanticsOf,
      readBlob: (ref) => source.readBlob(ref),
    });
    this.#bundleDigest = bundleDigest;
    this.#sets = sets;
    const heads = new Map<number, string[]>();
    for (const { seq, head } of sets.flatMap((set) => set.anchors)) heads.set(seq, [...(heads.get(seq) ?? []), head]);
    this.#anchors = heads;
  }

  async verify(): Promise<Verification> {
    const inJournal = (await this.#firstBreak()) ?? this.#missingAnchor();
    const copies = inJournal === null ? await this.#copies?.check() : undefined;
    const broken = inJournal ?? copies?.broken ?? null;
    const { proven, anchoredSeq } = broken === null ? this.#proof() : { proven: 'nothing' as const, anchoredSeq: 0 };
    const bytes = [...this.#blobs.values()].reduce((sum, size) => sum + size, 0);
    return {
      proven,
      anchoredSeq,
      records: this.#place.seq,
      head: this.#place.head,
      broken,
      tornBytes: broken === null ? this.#source.tornBytes() : 0,
      blobs: { count: this.#blobs.size, bytes },
      bundle: broken === null && this.#started !== null && this.#bundleDigest !== null ? 'matches' : 'not compared',
      artifacts: copies?.whole ?? 0,
      started: this.#started,
      ended: this.#ended,
    };
  }

  async #firstBreak(): Promise<Break | null> {
    for await (const lines of this.#source.lines()) {
      for (const line of lines) {
        const link = readLine(line, this.#place);
        const found = await this.#check(link);
        if (found !== null) return found;
        if (link.kind === 'record' || link.kind === 'foreign') this.#place = link.place;
      }
    }
    return null;
  }

  async #check(link: Link): Promise<Break | null> {
    if (link.kind === 'break' || link.kind === 'unsupported') return link.at;
    const { seq, hash, type } = link.record;
    const anchored = this.#anchors.get(seq)?.find((head) => head !== hash);
    if (anchored !== undefined) return { seq, field: 'hash', expected: `${anchored}, as was anchored`, found: hash };
    if ((type === 'session.started') !== (seq === 1)) {
      return { seq, field: 'type', expected: seq === 1 ? 'session.started' : 'session.started only once', found: type };
    }
    if (this.#ended !== null) return { seq, field: 'type', expected: 'nothing after session.ended', found: type };
    return link.kind === 'record' ? this.#checkRecord(link.record, link.blobs) : null;
  }

  async #checkRecord(record: JournalRecord, blobs: readonly BlobRef[]): Promise<Break | null> {
    const { seq } = record;
    for (const blob of blobs) {
      const found = await this.#checkBlob(blob);
      if (found !== null) return { seq, field: `blob at ${blob.offset}`, expected: blob.digest, found };
    }
    const flaw = await this.#consistency.flawOf(record);
    if (flaw !== null) return { seq, ...flaw };
    if (record.type === 'artifact.written') this.#copies?.add(record);
    if (record.type === 'session.ended') this.#ended = record.body;
    if (record.type === 'session.started') {
      const { digest } = record.body.bundle;
      if (this.#bundleDigest !== null && digest !== this.#bundleDigest) {
        return {
          seq,
          field: 'body.bundle.digest',
          expected: `${this.#bundleDigest}, of bundle.json`,
          found: digest,
        };
      }
      this.#started = record.body;
    }
    return null;
  }

  /** What is there instead, null for what was named. */
  async #checkBlob(ref: BlobRef): Promise<string | null> {
    const place = `${ref.digest} ${ref.offset} ${ref.bytes}`;
    if (this.#blobs.has(place)) return null;
    const found = await this.#source.blobDigest(ref);
    if (found !== ref.digest) return found ?? `fewer than ${ref.bytes} bytes`;
    this.#blobs.set(place, ref.bytes);
    return null;
  }

  #missingAnchor(): Break | null {
    const { seq } = this.#place;
    const beyond = highest(this.#sets);
    if (beyond <= seq) return null;
    const expected = `records up to ${beyond}, as was anchored`;
    return { seq: seq + 1, field: 'line', expected, found: 'the end of the journal' };
  }

  #proof(): { readonly proven: Proof; readonly anchoredSeq: number } {
    const last = (where: AnchorSet['where']): number => highest(this.#sets.filter((set) => set.where === where));
    const [elsewhere, here] = [last('elsewhere'), last('this machine')];
    if (elsewhere > 0) return { proven: 'anchored elsewhere', anchoredSeq: elsewhere };
    if (here > 0) return { proven: 'anchored on this machine', anchoredSeq: here };
    return { proven: this.#place.seq === 0 ? 'nothing' : 'chain only', anchoredSeq: 0 };
  }
}

function highest(sets: readonly AnchorSet[]): number {
  return sets.flatMap(({ anchors }) => anchors).reduce((found, { seq }) => Math.max(found, seq), 0);
}
