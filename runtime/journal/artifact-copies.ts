import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Digest } from '#crds';
import type { Break } from './chain.ts';
import { isCode } from './file-ops.ts';
import type { JournalRecord } from './record.ts';

interface Kept {
  readonly seq: number;
  readonly digest: Digest;
}

/** The copies of artifacts that lie beside a journal for people: whoever changes one must not pass it off as what was made. */
export class ArtifactCopies {
  readonly #folder: string;
  /** A later artifact of the same name replaces the copy of an earlier one. */
  readonly #last = new Map<string, Kept>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  add({ seq, body }: JournalRecord<'artifact.written'>): void {
    this.#last.set(basename(body.name), { seq, digest: body.digest });
  }

  /** How many copies are what the journal holds, and the first that is not. One that is not there is none. */
  async check(): Promise<{ readonly whole: number; readonly broken: Break | null }> {
    let whole = 0;
    for (const [name, { seq, digest }] of this.#last) {
      const found = await digestOfFile(join(this.#folder, name));
      if (found === null) continue;
      if (found !== digest) return { whole, broken: { seq, field: `artifacts/${name}`, expected: digest, found } };
      whole += 1;
    }
    return { whole, broken: null };
  }
}

/** Null where nothing is. A link is not followed, and what is no file is not waited for. */
async function digestOfFile(path: string): Promise<string | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const hash = createHash('sha256');
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return 'no regular file';
      for await (const piece of file.createReadStream({ autoClose: false })) hash.update(piece);
    } finally {
      await file.close();
    }
  } catch (error) {
    return isCode(error, 'ENOENT') ? null : 'a file that cannot be read';
  }
  return `sha256:${hash.digest('hex')}`;
}
