import fs from 'node:fs';
import { join } from 'node:path';
import { OrketError } from '#crds';
import { lockByKernel, type KernelLock } from './kernel-lock.ts';
import { isObject } from './shape.ts';

export interface FileLock {
  /**
   * True where nobody but processes of this kernel ever held the lock, or nothing was ever written: then the kernel has
   * proven them gone. False where that is not known.
   */
  readonly previousIsDead: boolean;
  /** False once the file that is locked is not the one in the folder any more: then nobody else is kept out. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes the lock of a journal's folder for the life of this process, or throws JournalLocked. The kernel holds it; `lock.json`
 * beside it tells people, and the next holder, who had it. Whoever stands there and lives still has it, although its
 * `lock.db` was removed, or the folder is a copy of the one that it writes.
 */
export function lockFolder(dir: string): FileLock {
  const lock = lockByKernel(dir, { patienceMs });
  if (lock === null) throw taken(dir);
  const file = join(dir, 'lock.db');
  try {
    const holder = readHolder(dir);
    if (holder !== null && staysAlive(holder)) throw taken(dir);
    const kernel = thisKernel();
    const previousIsDead = holder === null ? !hasRecords(dir) : kernel !== null && holder.onlyKernel === kernel;
    // Who cannot be proven gone now is not proven gone by a holder in between either.
    const held = { kernel: previousIsDead ? kernel : null, pid: process.pid };
    const inode = inodeOf(file);
    const isHeld = (): boolean => inode !== null && inodeOf(file) === inode;
    const tell = (start: string | null): void =>
      fs.writeFileSync(join(dir, 'lock.json'), `${JSON.stringify({ ...held, start })}\n`, { mode: 0o600 });
    tell(startOf(process.pid));
    return { previousIsDead, isHeld, release: () => letGo(lock, isHeld, tell) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Its process may live on without it. What says so is for the next holder, who waits for a while where it is missing. */
function letGo(lock: KernelLock, isHeld: () => boolean, tell: (start: null) => void): void {
  try {
    if (isHeld()) tell(null);
  } catch {
    // On a full disk; then this process has to end first.
  } finally {
    lock.release();
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

function inodeOf(file: string): bigint | null {
  return fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

/** When a process of this kernel began, in its own ticks since it started; null for one that is not there. */
function startOf(pid: number | string): string | null {
  try {
    // The name of the program stands in parentheses, and may have any in it.
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    // A zombie does nothing any more.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Whether who had the lock runs, and has not let it go. Of this process the kernel has just said that it does not have it. */
function isAlive({ pid, start }: Holder): boolean {
  return start !== null && pid !== String(process.pid) && /^\d+$/.test(pid) && startOf(pid) === start;
}

/** Of a process that is killed the kernel lets the lock go a moment before it says that the process is gone. */
function staysAlive(holder: Holder): boolean {
  for (let waitedMs = 0; isAlive(holder); waitedMs += lookAgainMs) {
    if (waitedMs >= patienceMs) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookAgainMs);
  }
  return false;
}

const lookAgainMs = 5;

/** A journal that came here without its `lock.json` was written by nobody knows whom. */
function hasRecords(dir: string): boolean {
  return (fs.statSync(join(dir, 'journal.jsonl'), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

interface Holder {
  /** The kernel that all holders so far ran under; null where that is not known. */
  readonly onlyKernel: string | null;
  readonly pid: string;
  /** When its process began; null where it has let go, or that is not known. */
  readonly start: string | null;
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
    const { kernel, pid, start } = value;
    return {
      onlyKernel: typeof kernel === 'string' ? kernel : null,
      pid: String(pid).slice(0, 20),
      start: typeof start === 'string' ? start : null,
    };
  } catch {
    // Half written by a holder that was killed.
    return unknownHolder;
  }
}

const unknownHolder: Holder = { onlyKernel: null, pid: 'unknown', start: null };
