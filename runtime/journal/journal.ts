import { formatInstant, OrketError } from '#crds';
import { bodyFlaw } from './bodies.ts';
import { beginning, corrupt, maxPathLength, readLine, refusal, type Place } from './chain.ts';
import { Commits, type Committed, type Sync } from './commits.ts';
import { bodyText, lineOf } from './line.ts';
import { maxLineBytes } from './record.ts';
import type { Draft, JournalRecord, RecordType } from './record.ts';
import type { Anchor, JournalStore, Opened } from './store.ts';
import { RecordedValues, type Values } from './values.ts';

/** The record of one Session while this attempt writes it. */
export interface Journal extends Values {
  /** Everything written so far, this attempt's records included. Types this version does not know are left out. */
  readonly records: readonly JournalRecord[];
  readonly epoch: number;
  readonly torn: Opened['torn'];
  /** True where the attempt before is proven dead, so that nobody has to wait for its effects. */
  readonly previousIsDead: boolean;
  /** Of the last record, written or on its way. */
  readonly seq: number;
  readonly head: string;
  /** The highest seq known durable. */
  readonly syncedSeq: number;
  /**
   * Adds a record; records get their places in the order of the calls. Resolves when it is written, with `sync: true` when
   * it and all before it are durable; with `'soon'` they become so in the next few milliseconds. After any failure of the
   * store every append rejects and the Session has to stop.
   */
  append<T extends RecordType>(draft: Draft<T>, options: { readonly sync: Sync }): Promise<JournalRecord<T>>;
  /** Everything appended so far is written, and durable where that was asked for. */
  flush(): Promise<void>;
  /** Keeps the last durable place outside the journal. */
  anchor(): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly store: JournalStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called for each record of this attempt after it was written. */
  readonly observe?: (record: JournalRecord) => void;
}

const anchorEveryMs = 30_000;
/** What people are asked, and what they say: anchored as soon as it is durable. */
const anchored: ReadonlySet<RecordType> = new Set(['gate.opened', 'gate.decided']);

/**
 * Takes the journal for this attempt and checks all of it. Throws JournalLocked, JournalCorrupt (with record, field,
 * expected, found), RuntimeUnsupported, and what the store throws; then the store is closed again.
 */
export async function openJournal({ store, clock, observe }: JournalOptions): Promise<Journal> {
  const opened = await store.open();
  try {
    return new OpenJournal(store, clock, observe ?? (() => {}), opened, checked(opened));
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Checked {
  readonly records: JournalRecord[];
  readonly place: Place;
}

function checked({ lines, anchors }: Opened): Checked {
  const records: JournalRecord[] = [];
  const heads = [beginning.head];
  let place = beginning;
  for (const line of lines) {
    const link = readLine(line, place);
    if (link.kind === 'break' || link.kind === 'unsupported') throw refusal(link);
    place = link.place;
    heads.push(place.head);
    if (link.kind === 'record') records.push(link.record);
  }
  for (const anchor of anchors) checkAnchor(anchor, heads);
  return { records, place };
}

function checkAnchor({ seq, head }: Anchor, heads: readonly string[]): void {
  const found = heads[seq];
  if (found === head) return;
  throw corrupt({ seq, field: 'hash', expected: `${head}, as was anchored`, found: found ?? 'the end of the journal' });
}

class OpenJournal implements Journal {
  readonly records: JournalRecord[];
  readonly epoch: number;
  readonly torn: Opened['torn'];
  readonly previousIsDead: boolean;
  readonly record: Values['record'];
  readonly recordWhole: Values['recordWhole'];
  readonly read: Values['read'];
  readonly putFile: Values['putFile'];
  readonly readFile: Values['readFile'];
  readonly holds: Values['holds'];
  readonly #values: RecordedValues;
  readonly #store: JournalStore;
  readonly #clock: () => number;
  readonly #observe: (record: JournalRecord) => void;
  readonly #commits: Commits;
  #seq: number;
  #head: string;
  #synced: Anchor;
  #anchoredSeq = 0;
  #anchoredAt = Number.NEGATIVE_INFINITY;
  /** The last record that is to be anchored at once. */
  #anchorSeq = 0;

  constructor(
    store: JournalStore,
    clock: () => number,
    observe: (record: JournalRecord) => void,
    opened: Opened,
    { records, place }: Checked,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#observe = observe;
    this.records = records;
    this.epoch = opened.epoch;
    this.torn = opened.torn;
    this.previousIsDead = opened.previousIsDead;
    this.#seq = place.seq;
    this.#head = place.head;
    this.#synced = place;
    this.#anchoredSeq = opened.anchors.at(-1)?.seq ?? 0;
    this.#commits = new Commits(store, opened.epoch, (committed) => this.#committed(committed));
    const values = new RecordedValues({
      putBlob: (bytes) => this.#stopping(() => store.putBlob(bytes)),
      readBlob: (ref) => store.readBlob(ref),
    });
    for (const record of records) values.add(record);
    this.#values = values;
    this.holds = values.holds;
    this.record = values.record;
    this.recordWhole = values.recordWhole;
    this.read = values.read;
    this.putFile = values.putFile;
    this.readFile = values.readFile;
  }

  get seq(): number {
    return this.#seq;
  }

  get head(): string {
    return this.#head;
  }

  get syncedSeq(): number {
    return this.#synced.seq;
  }

  // Not async: the place in the chain is taken before anything else runs.
  append<T extends RecordType>(draft: Draft<T>, { sync }: { readonly sync: Sync }): Promise<JournalRecord<T>> {
    return new Promise((resolve, reject) => {
      this.#commits.check();
      refuseUnreadable(draft);
      const envelope = {
        v: 1 as const,
        seq: this.#seq + 1,
        epoch: this.epoch,
        prev: this.#head,
        type: draft.type,
        path: draft.path,
        at: formatInstant(this.#clock()),
        synced: this.#synced.seq,
        ...(draft.sem === true ? { sem: true as const } : {}),
      };
      const { text, hash } = lineOf(envelope, bodyText(draft.body));
      if (text.length * 3 > maxLineBytes && Buffer.byteLength(text) > maxLineBytes) throw tooLong(draft.type);
      const record = { ...envelope, hash, body: draft.body } as JournalRecord & JournalRecord<T>;
      this.#seq += 1;
      this.#head = hash;
      if (anchored.has(draft.type)) this.#anchorSeq = envelope.seq;
      // Records that get later places may name what this one holds.
      this.#values.add(record);
      const done = (): void => {
        this.#keep(record);
        resolve(record);
      };
      this.#commits.add({ text, seq: envelope.seq, prev: envelope.prev, hash, sync, done, failed: reject });
    });
  }

  async flush(): Promise<void> {
    await this.#commits.settle();
  }

  async anchor(): Promise<void> {
    const { seq, head } = this.#synced;
    if (seq === 0 || seq <= this.#anchoredSeq) return;
    this.#anchoredSeq = seq;
    this.#anchoredAt = this.#clock();
    await this.#stopping(() => this.#store.anchor({ seq, head }));
  }

  /** Also after a failure: then nothing more is written, and the lock is let go. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.anchor();
    } finally {
      await this.#store.close();
    }
  }

  #keep(record: JournalRecord): void {
    this.records.push(record);
    this.#observe(record);
  }

  async #committed({ seq, head, sync }: Committed): Promise<void> {
    if (!sync) return;
    this.#synced = { seq, head };
    const isAsked = this.#anchorSeq > this.#anchoredSeq;
    if (isAsked || this.#clock() - this.#anchoredAt >= anchorEveryMs) await this.anchor();
  }

  async #stopping<R>(work: () => Promise<R>): Promise<R> {
    this.#commits.check();
    try {
      return await work();
    } catch (error) {
      this.#commits.fail(error);
      throw error;
    }
  }
}

interface Unchecked extends Pick<Draft, 'type' | 'path'> {
  readonly body: unknown;
  readonly sem?: true;
}

/** What no reader would take must not be written: it would make the whole journal unusable. */
function refuseUnreadable({ type, path, body, sem }: Unchecked): void {
  const flaw = bodyFlaw(type, body, { blobs: [], exact: sem === true });
  if (flaw !== null) {
    const { field, expected, found } = flaw;
    throw new OrketError('Internal', `a record ${type} that no reader takes`, { at: `body.${field}`, expected, found });
  }
  if (path.length > maxPathLength) throw tooLong(`${type} path`);
}

function tooLong(type: string): OrketError {
  return new OrketError('StorageExceeded', `a record ${type} is too long`, {
    expected: `at most ${maxLineBytes} bytes`,
  });
}
