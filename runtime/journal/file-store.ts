import { dirname, join, resolve } from 'node:path';
import { OrketError } from '#crds';
import { appendAnchor, readAnchors } from './anchors.ts';
import { lockFolder, type FileLock } from './file-lock.ts';
import { inlineFileOps, type FileOps } from './file-ops.ts';
import { frame } from './framing.ts';
import { statedHash } from './line.ts';
import { networkFileSystem } from './network-file-systems.ts';
import { Pack, writeAll } from './pack.ts';
import { firstPrev, type BlobRef } from './record.ts';
import { lastLine, type LastLine } from './last-line.ts';
import type { Anchor, AppendOptions, JournalStore, Opened } from './store.ts';

export interface FileStoreOptions {
  /** The Session's folder: `journal.jsonl`, `blobs.pack`, `lock.db`. Made if absent. */
  readonly dir: string;
  /** Outside the checkout and the Session's folder; without it nothing is anchored. */
  readonly anchorDir?: string;
  /** Where attempts are counted elsewhere: the epoch to write under, never below that of a record. */
  readonly epoch?: number;
  /** Default: on the calling thread. A process that serves many Sessions passes `pooledFileOps`. */
  readonly ops?: FileOps;
}

/** A journal in a folder of a local disk, written by one process at a time. */
export function fileStore(options: FileStoreOptions): JournalStore {
  return new FileStore(options);
}

/** What is open while this process has the lock. */
interface Hold {
  readonly lock: FileLock;
  readonly fd: number;
  readonly epoch: number;
  seq: number;
  head: string;
  sizeBytes: number;
}

class FileStore implements JournalStore {
  readonly #dir: string;
  readonly #anchorDir: string | null;
  readonly #epoch: number | null;
  readonly #ops: FileOps;
  readonly #pack: Pack;
  #hold: Hold | null = null;
  /** What has to be done before the first append: cut the torn tail, make sure of what is there. */
  #settle: (() => Promise<void>) | null = null;
  #failure: OrketError | null = null;

  constructor({ dir, anchorDir, epoch, ops }: FileStoreOptions) {
    this.#dir = resolve(dir);
    this.#anchorDir = anchorDir === undefined ? null : resolve(anchorDir);
    this.#epoch = epoch ?? null;
    this.#ops = ops ?? inlineFileOps;
    this.#pack = new Pack(this.#ops, this.#dir);
  }

  async open(): Promise<Opened> {
    if (this.#hold !== null) throw new OrketError('Internal', 'the store is open already', { at: this.#dir });
    return this.#guarded(async () => {
      this.#ops.makeFolder(this.#dir);
      refuseNetwork(this.#dir, this.#ops.fileSystem(this.#dir));
      const lock = lockFolder(this.#dir);
      try {
        return await this.#take(lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    });
  }

  async append(lines: readonly string[], options: AppendOptions): Promise<void> {
    return this.#guarded(async () => {
      const hold = this.#held();
      this.#expectLocked(hold);
      if (!this.#isNext(hold, lines, options)) {
        // The same lines again: an acknowledgement was lost on its way.
        if (options.sync) await this.#ops.sync(hold.fd);
        return;
      }
      if (this.#settle !== null) await this.#settle();
      this.#settle = null;
      await this.#pack.sync();
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      await writeAll(this.#ops, hold.fd, bytes, hold.sizeBytes);
      if (options.sync) await this.#ops.sync(hold.fd);
      hold.sizeBytes += bytes.length;
      hold.seq += lines.length;
      hold.head = statedHash(lines.at(-1) ?? '');
    });
  }

  async putBlob(bytes: Uint8Array): Promise<BlobRef> {
    return this.#guarded(() => {
      this.#expectLocked(this.#held());
      return this.#pack.put(bytes);
    });
  }

  async readBlob(ref: BlobRef): Promise<Uint8Array> {
    this.#held();
    return this.#pack.read(ref);
  }

  async anchor(anchor: Anchor): Promise<void> {
    const dir = this.#anchorDir;
    if (dir !== null) await this.#guarded(async () => appendAnchor(dir, anchor));
  }

  async close(): Promise<void> {
    const hold = this.#hold;
    if (hold === null) return;
    this.#hold = null;
    this.#pack.close();
    this.#ops.close(hold.fd);
    hold.lock.release();
  }

  async #take(lock: FileLock): Promise<Opened> {
    const path = join(this.#dir, 'journal.jsonl');
    const { fd, sizeBytes } = this.#ops.open(path);
    try {
      const bytes = await this.#ops.read(fd, sizeBytes, 0);
      const { lines, wholeBytes } = frame(bytes);
      const last = lastLine(lines);
      const epoch = this.#nextEpoch(last);
      const tornBytes = sizeBytes - wholeBytes;
      const whole = bytes.subarray(0, wholeBytes);
      const unsure = whole.subarray(startOfUnsynced(whole, lines.length - (last?.synced ?? 0)));
      const anchors = this.#anchorDir === null ? [] : await readAnchors(this.#anchorDir);
      this.#settle = () => this.#settled(fd, wholeBytes, tornBytes, unsure);
      this.#hold = { lock, fd, epoch, seq: lines.length, head: last?.hash ?? firstPrev, sizeBytes: wholeBytes };
      return {
        lines,
        epoch,
        torn: tornBytes === 0 ? null : { bytes: tornBytes, afterSeq: lines.length },
        previousIsDead: lock.previousIsDead,
        anchors,
      };
    } catch (error) {
      this.#ops.close(fd);
      throw error;
    }
  }

  #nextEpoch(last: LastLine | null): number {
    if (this.#epoch === null) return (last?.epoch ?? 0) + (last?.awaitsAttempt === true ? 0 : 1);
    if (last !== null && this.#epoch < last.epoch) throw staleEpoch(last.epoch, this.#epoch);
    return this.#epoch;
  }

  /**
   * What no record says to be durable is written again before it is synced: after a sync that failed, the kernel may
   * show bytes as clean that never reached the disk.
   */
  async #settled(fd: number, wholeBytes: number, tornBytes: number, unsure: Uint8Array): Promise<void> {
    // Also where they were there: whoever made them may have been killed before this.
    this.#ops.syncFolder(dirname(this.#dir));
    this.#ops.syncFolder(this.#dir);
    if (tornBytes > 0) this.#ops.truncate(fd, wholeBytes);
    if (unsure.length > 0) await writeAll(this.#ops, fd, unsure, wholeBytes - unsure.length);
    await this.#ops.sync(fd);
  }

  /** True where the lines come next, false where they are the last that were written. Throws for anything else. */
  #isNext(hold: Hold, lines: readonly string[], { epoch, expectedHead, firstSeq }: AppendOptions): boolean {
    if (epoch !== hold.epoch) throw staleEpoch(hold.epoch, epoch);
    const last = lines.at(-1);
    if (last === undefined) throw new OrketError('Internal', 'an append of no lines');
    if (firstSeq === hold.seq + 1 && expectedHead === hold.head) return true;
    if (firstSeq + lines.length - 1 === hold.seq && statedHash(last) === hold.head) return false;
    throw new OrketError('HeadMismatch', 'somebody else has written to this journal', {
      at: this.#dir,
      expected: `record ${firstSeq} after ${expectedHead}`,
      found: `record ${hold.seq + 1} after ${hold.head}`,
      remedy: 'Let this attempt end; another one has taken the Session over.',
    });
  }

  #held(): Hold {
    if (this.#hold === null) throw new OrketError('Internal', 'the store is not open', { at: this.#dir });
    return this.#hold;
  }

  /** Where the lock is not in the folder any more another process may have taken one there, and writes. */
  #expectLocked({ lock }: Hold): void {
    if (lock.isHeld()) return;
    throw new OrketError('JournalLocked', 'the lock of this journal was taken away', {
      at: this.#dir,
      expected: 'the lock.db that this process made its own',
      found: 'none, or another one',
      remedy: 'Leave the folder of a Session as it is while a process runs it. What the journal holds is safe.',
    });
  }

  /** After one failure nobody knows what the disk holds, so nothing is written any more. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure !== null) throw this.#failure;
    try {
      return await work();
    } catch (error) {
      // A refusal: nothing was touched.
      if (error instanceof OrketError) throw error;
      this.#failure ??= writeFailed(this.#dir, error);
      throw this.#failure;
    }
  }
}

/** Where the lines begin that no record states to be durable; `whole` ends with the newline of the last line. */
function startOfUnsynced(whole: Uint8Array, unsyncedLines: number): number {
  let start = whole.length;
  for (let line = 0; line < unsyncedLines; line += 1) start = whole.subarray(0, start - 1).lastIndexOf(0x0a) + 1;
  return start;
}

function refuseNetwork(dir: string, type: number): void {
  const name = networkFileSystem(type);
  if (name === null) return;
  throw new OrketError('NetworkFileSystem', 'a journal needs a disk of this machine', {
    at: dir,
    expected: 'a local file system',
    found: name,
    remedy: 'Locks and syncs do not hold there. Keep the state on a local disk: --state DIR.',
  });
}

function staleEpoch(newest: number, used: number): OrketError {
  return new OrketError('StaleEpoch', 'a later attempt has taken the Session over', {
    expected: `epoch ${newest}`,
    found: `epoch ${used}`,
    remedy: 'Let this attempt end.',
  });
}

function writeFailed(dir: string, cause: unknown): OrketError {
  const found = cause instanceof Error ? cause.message.slice(0, 200) : 'an unknown error';
  return new OrketError(
    'JournalWriteFailed',
    'the journal cannot be written',
    {
      at: dir,
      found,
      remedy: 'Nothing was acknowledged that is not durable. Free the disk, then start the Session again.',
    },
    cause,
  );
}
