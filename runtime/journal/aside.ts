import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Where a file is written before it takes the place of another one. Every name is used once, whichever process chooses it:
 * those of containers that share a folder may have one number.
 */
export function asideOf(path: string): string {
  const name = basename(path).slice(0, mostOfName);
  return join(dirname(path), `.${name}.orket-${randomBytes(8).toString('hex')}.new`);
}

/** In UTF-16 units, so that with what is added it is a name everywhere. */
const mostOfName = 70;

const form = /^\..*\.orket-[0-9a-f]{16}\.new$/s;

/** A file that nobody has written to for this long is left by a process that was killed. */
const leftAfterMs = 60 * 60 * 1000;
/** Of the entries of one folder. */
const most = { looked: 10_000, removed: 100 } as const;

/**
 * Removes what killed processes left aside in the folder of a file that was just created there; that file also tells the
 * time. A process that stood still for longer than anybody waits finds its file gone and fails: a name never comes back.
 */
export function sweepBeside(created: string): void {
  const folder = dirname(created);
  const { mtimeMs: now } = fs.lstatSync(created);
  const entries = fs.opendirSync(folder);
  let removed = 0;
  try {
    for (let looked = 0; looked < most.looked && removed < most.removed; looked += 1) {
      const entry = entries.readSync();
      if (entry === null) return;
      if (!entry.isFile() || !form.test(entry.name)) continue;
      const path = join(folder, entry.name);
      const found = fs.lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || !found.isFile() || now - found.mtimeMs < leftAfterMs) continue;
      fs.rmSync(path, { force: true });
      removed += 1;
    }
  } finally {
    entries.closeSync();
  }
}
