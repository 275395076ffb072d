import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { OrketError, type Digest } from '#crds';
import {
  fileStore,
  frame,
  pooledFileOps,
  readValue,
  type AppendRequest,
  type BlobRef,
  type JournalStore,
  type OpenAnswer,
  type Place,
} from '#runtime';
import type { JournalView } from '../reconcile/plan.ts';
import { withResult, type Projection } from '../reconcile/projection.ts';
import type { Attempt } from './attempts.ts';
import type { Ends } from './decisions.ts';
import { Room, type RoomLimits } from './room.ts';
import { checkLines, staleEpoch, walk } from './walk.ts';

/** A journal that this process has open for the pod of one attempt. */
interface OpenJournal {
  readonly store: JournalStore;
  readonly attempt: number;
  readonly torn: OpenAnswer['torn'];
  readonly room: Room;
  place: Place;
  projection: Projection | null;
  ends: Ends;
  /** What the pod reads when it starts; dropped once it writes. */
  lines: readonly string[] | null;
}

export interface JournalsOptions {
  /** Where a Session's journal is kept. */
  readonly folder: (uid: string) => string;
  /** The number of the newest attempt. */
  readonly newest: (uid: string) => number;
  readonly limits: RoomLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onChange: (uid: string, view: JournalView) => void;
}

/** The journals of all Sessions: what pods append is checked, made durable, then shown. */
export class Journals {
  readonly #options: JournalsOptions;
  readonly #open = new Map<string, OpenJournal>();
  /** What was last asked of each journal: nothing that reads or writes its open files overlaps with their closing. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: JournalsOptions) {
    this.#options = options;
  }

  async open(attempt: Attempt): Promise<OpenAnswer> {
    const { place, torn } = await this.#held(attempt);
    return { epoch: attempt.attempt, torn, previousIsDead: attempt.previousIsDead, seq: place.seq };
  }

  /** Whole lines from `from` on, at most `bytes` of them unless the first is longer, each with its newline. */
  async lines(attempt: Attempt, from: number, bytes: number): Promise<string> {
    const journal = await this.#held(attempt);
    const lines = journal.lines ?? (await this.#read(attempt.uid));
    const page: string[] = [];
    let size = 0;
    for (const line of lines.slice(from - 1)) {
      size += Buffer.byteLength(line) + 1;
      if (page.length > 0 && size > bytes) break;
      page.push(line);
    }
    if (page.length > 0) return `${page.join('\n')}\n`;
    throw new OrketError('NotFound', 'the journal has no such record', { found: `seq ${from} of ${lines.length}` });
  }

  /**
   * Durable on return where `sync` asks for it. Throws `StaleEpoch`, `HeadMismatch`, `JournalCorrupt`, `Forbidden`, and
   * `StorageExceeded` where the Session has no room left: then nothing was written.
   */
  append(attempt: Attempt, request: AppendRequest): Promise<void> {
    return this.#inTurn(attempt.uid, async () => {
      const journal = await this.#take(attempt);
      const isNext = request.firstSeq === journal.place.seq + 1 && request.expectedHead === journal.place.head;
      const checked = isNext ? checkLines(request, attempt, journal, this.#options.now()) : null;
      const write = () => this.#written(attempt.uid, () => journal.store.append(request.lines, request));
      if (checked === null) return write();
      await journal.room.forLines(request.lines, write);
      journal.lines = null;
      journal.place = checked.place;
      journal.ends = checked.ends;
      journal.projection = await this.#completed(attempt.uid, checked.projection);
      if (journal.projection !== null) this.#options.onChange(attempt.uid, journal.projection.view);
    });
  }

  /** Durable with the next append that asks for it. Throws `StorageExceeded` where the Session has no room left. */
  putBlob(attempt: Attempt, digest: Digest, bytes: Uint8Array): Promise<BlobRef> {
    return this.#inTurn(attempt.uid, async () => {
      const { room, store } = await this.#take(attempt);
      return room.forBlob(digest, bytes.length, () => this.#written(attempt.uid, () => store.putBlob(bytes)));
    });
  }

  readBlob(attempt: Attempt, ref: BlobRef): Promise<Uint8Array> {
    return this.#inTurn(attempt.uid, async () => (await this.#take(attempt)).store.readBlob(ref));
  }

  /** What a journal shows, null before its first record. Works for every Session, also one that no pod runs. */
  async view(uid: string): Promise<JournalView | null> {
    const open = this.#open.get(uid);
    const projection =
      open === undefined ? await this.#completed(uid, walk(await this.#read(uid)).projection) : open.projection;
    return projection?.view ?? null;
  }

  /** Lets go of a journal, so that the next attempt opens it under its own epoch. */
  release(uid: string): Promise<void> {
    return this.#inTurn(uid, () => this.#close(uid));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((uid) => this.release(uid)));
  }

  #held(attempt: Attempt): Promise<OpenJournal> {
    return this.#inTurn(attempt.uid, () => this.#take(attempt));
  }

  /** Opens by whatever request comes first, also after a restart of this process in the middle of a run. */
  async #take({ uid, attempt }: Attempt): Promise<OpenJournal> {
    const newest = this.#options.newest(uid);
    if (attempt !== newest) throw staleEpoch(newest, attempt);
    const known = this.#open.get(uid);
    if (known?.attempt === attempt) return known;
    await this.#close(uid);
    const store = fileStore({ dir: this.#options.folder(uid), epoch: attempt, ops: pooledFileOps });
    const { lines, torn } = await store.open();
    try {
      const room = await Room.of(this.#options.folder(uid), this.#options.limits);
      const { place, projection: walked, ends } = walk(lines);
      const projection = await this.#completed(uid, walked);
      const journal: OpenJournal = { store, attempt, torn, room, place, projection, ends, lines };
      this.#open.set(uid, journal);
      return journal;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** With the result of a Session that has ended, wherever its journal holds it. */
  async #completed(uid: string, projection: Projection | null): Promise<Projection | null> {
    return projection === null
      ? null
      : withResult(projection, (digest) => readValue(this.#options.folder(uid), digest));
  }

  async #written<T>(uid: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      // Nobody knows what the disk holds now: read it again before the next write.
      if (error instanceof OrketError && error.reason === 'JournalWriteFailed') await this.#close(uid);
      throw error;
    }
  }

  async #close(uid: string): Promise<void> {
    const open = this.#open.get(uid);
    this.#open.delete(uid);
    await open?.store.close();
  }

  async #read(uid: string): Promise<readonly string[]> {
    const path = join(this.#options.folder(uid), 'journal.jsonl');
    const bytes = await readFile(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    return bytes === null ? [] : frame(bytes).lines;
  }

  #inTurn<T>(uid: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(uid) ?? Promise.resolve()).then(work, work);
    this.#turns.set(uid, turn);
    const settle = (): void => {
      if (this.#turns.get(uid) === turn) this.#turns.delete(uid);
    };
    turn.then(settle, settle);
    return turn;
  }
}
