import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, type Digest } from '#crds';

/** What the gateway keeps for one Session at most, so that no Session takes what the others need. In bytes. */
export interface RoomLimits {
  /** A journal is read as a whole where a pod opens it or a status asks for it: this bounds memory, too. */
  readonly journal: number;
  /** Journal and blobs together. */
  readonly session: number;
}

export const defaultLimits: RoomLimits = { journal: 64 * 1024 ** 2, session: 1024 ** 3 };

/** How much a Session has taken of its room, counted from what its folder holds. */
export class Room {
  readonly #limits: RoomLimits;
  readonly #blobs = new Set<Digest>();
  #journal: number;
  #pack: number;

  /** Of the folder of a Session that nobody writes to now. */
  static async of(folder: string, limits: RoomLimits): Promise<Room> {
    const [journal, pack] = await Promise.all([
      sizeOf(join(folder, 'journal.jsonl')),
      sizeOf(join(folder, 'blobs.pack')),
    ]);
    return new Room(limits, journal, pack);
  }

  private constructor(limits: RoomLimits, journal: number, pack: number) {
    this.#limits = limits;
    this.#journal = journal;
    this.#pack = pack;
  }

  /** Does `write` where the lines have room, and counts them once it succeeded. Throws `StorageExceeded` before it. */
  async forLines(lines: readonly string[], write: () => Promise<void>): Promise<void> {
    const journal = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, this.#journal);
    if (journal > this.#limits.journal) throw full('The journal', this.#limits.journal, journal);
    this.#checkAll(journal + this.#pack);
    await write();
    this.#journal = journal;
  }

  /** The same for a blob; one that was put before takes no more room. */
  async forBlob<T>(digest: Digest, bytes: number, write: () => Promise<T>): Promise<T> {
    if (this.#blobs.has(digest)) return write();
    this.#checkAll(this.#journal + this.#pack + bytes);
    const written = await write();
    this.#pack += bytes;
    this.#blobs.add(digest);
    return written;
  }

  #checkAll(bytes: number): void {
    if (bytes > this.#limits.session) throw full('The Session', this.#limits.session, bytes);
  }
}

function full(what: string, limit: number, bytes: number): OrketError {
  return new OrketError('StorageExceeded', `${what} would grow beyond its room at the gateway`, {
    expected: `at most ${limit} bytes`,
    found: `${bytes} bytes`,
    remedy: 'Divide the work between several Sessions, or let it produce less.',
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  return found?.size ?? 0;
}
