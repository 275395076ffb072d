import fs from 'node:fs';
import { join } from 'node:path';
import { OrketError } from '#crds';
import { lockByKernel } from './kernel-lock.ts';
import { isObject } from './shape.ts';

export interface FileLock {
  /**
   * True where nobody but processes of this kernel ever held the lock, or nothing was ever written: then the kernel has
   * proven them gone. False where that is not known.
   */
  readonly previousIsDead: boolean;
  release(): void;
}

/**
 * Takes the lock of a journal's folder for the life of this process, or throws JournalLocked. The kernel holds it; `lock.json`
 * beside it tells people, and the next holder, who had it.
 */
export function lockFolder(dir: string): FileLock {
  const lock = lockByKernel(dir, { patienceMs });
  if (lock === null) throw taken(dir);
  try {
    const holder = readHolder(dir);
    const kernel = thisKernel();
    const previousIsDead = holder === null ? !hasRecords(dir) : kernel !== null && holder.onlyKernel === kernel;
    // Who cannot be proven gone now is not proven gone by a holder in between either.
    const held = { kernel: previousIsDead ? kernel : null, pid: process.pid };
    fs.writeFileSync(join(dir, 'lock.json'), `${JSON.stringify(held)}\n`, { mode: 0o600 });
    return { previousIsDead, release: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whoever only looks whether there is a writer is gone long before. */
const patienceMs = 100;

function taken(dir: string): OrketError {
  const holder = readHolder(dir);
  return new OrketError('JournalLocked', 'another process writes this journal', {
    at: dir,
    expected: 'no other writer',
    found: holder === null ? 'a live one' : `process ${holder.pid}`,
    remedy: 'Wait until that attempt ends, or stop it.',
  });
}

/** Locks belong to one kernel from its start to its end. Null where it does not say which it is. */
function thisKernel(): string | null {
  try {
    const text = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return /^[0-9a-f-]{36}$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** A journal that came here without its `lock.json` was written by nobody knows whom. */
function hasRecords(dir: string): boolean {
  return (fs.statSync(join(dir, 'journal.jsonl'), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

interface Holder {
  /** The kernel that all holders so far ran under; null where that is not known. */
  readonly onlyKernel: string | null;
  readonly pid: string;
}

/** Null where nobody held it before; a file that cannot be understood stands for a holder elsewhere. */
function readHolder(dir: string): Holder | null {
  let text: string;
  try {
    text = fs.readFileSync(join(dir, 'lock.json'), 'utf8').slice(0, 1024);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    return unknownHolder;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return unknownHolder;
    const { kernel, pid } = value;
    return { onlyKernel: typeof kernel === 'string' ? kernel : null, pid: String(pid).slice(0, 20) };
  } catch {
    // Half written by a holder that was killed.
    return unknownHolder;
  }
}

const unknownHolder: Holder = { onlyKernel: null, pid: 'unknown' };
