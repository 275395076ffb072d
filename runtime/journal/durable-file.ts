import fs from 'node:fs';
import { dirname } from 'node:path';
import { asideOf, sweepBeside } from './aside.ts';
import { inlineFileOps, isCode, type InlineFileOps } from './file-ops.ts';

/**
 * A file that takes the place of another one as a whole: written aside, synced, renamed, its folder synced. After a crash
 * there is the old one or the new one, and once `commit` returns the new one. Readable by this user only.
 */
export class Replacement {
  readonly #ops: InlineFileOps;
  readonly #path: string;
  readonly #aside: string;
  readonly #fd: number;
  #sizeBytes = 0;

  /** The folder has to be there. */
  constructor(path: string, ops: InlineFileOps = inlineFileOps) {
    this.#ops = ops;
    this.#path = path;
    this.#aside = asideOf(path);
    this.#fd = ops.create(this.#aside);
    sweepIfPossible(this.#aside);
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const count = this.#ops.write(this.#fd, bytes.subarray(done), this.#sizeBytes);
      if (count <= 0) throw new Error('a write wrote nothing');
      done += count;
      this.#sizeBytes += count;
    }
  }

  commit(): void {
    try {
      this.#ops.sync(this.#fd);
    } catch (error) {
      this.discard();
      throw error;
    }
    this.#ops.close(this.#fd);
    try {
      this.#ops.rename(this.#aside, this.#path);
    } catch (error) {
      this.#ops.remove(this.#aside);
      throw error;
    }
    this.#ops.syncFolder(dirname(this.#path));
  }

  /** Leaves everything as it was. */
  discard(): void {
    this.#ops.close(this.#fd);
    this.#ops.remove(this.#aside);
  }
}

/** What somebody else left is no reason not to write: a folder may let nobody list it. */
function sweepIfPossible(aside: string): void {
  try {
    sweepBeside(aside);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Replaces a file as a whole, durably, in a folder that is there. */
export function replaceDurably(path: string, content: string | Uint8Array, ops: InlineFileOps = inlineFileOps): void {
  const file = new Replacement(path, ops);
  try {
    file.write(typeof content === 'string' ? Buffer.from(content) : content);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}

/** The same, with its folder made durably where that is missing. */
export function writeDurably(path: string, content: string | Uint8Array, ops: InlineFileOps = inlineFileOps): void {
  const folder = dirname(path);
  ops.makeFolder(folder);
  replaceDurably(path, content, ops);
  // Also where it was there: whoever made it may have been killed before this.
  ops.syncFolder(dirname(folder));
}

/** The text of a file, null where there is none. */
export function readIfThere(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}
