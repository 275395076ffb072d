import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOfBytes, OrketError } from '#crds';
import { replaceDurably } from '../journal/durable-file.ts';
import { inlineFileOps, isCode, type InlineFileOps } from '../journal/file-ops.ts';
import { lockByKernel } from '../journal/kernel-lock.ts';
import { networkFileSystem } from '../journal/network-file-systems.ts';
import { checkCount, checkKey, nothingKept, placeOf, putInto, versionOf, type Kept } from './put.ts';
import type { StateStore } from './state.ts';
import { corrupt, readStateFile, stateFileBytes, writeStateFile } from './state-file.ts';

export interface FileStateOptions {
  /** Of one Flow. Made where it is missing. */
  readonly dir: string;
  /** Waits for another process that is just using the folder. */
  readonly wait: (ms: number) => Promise<void>;
  readonly ops?: InlineFileOps;
}

/** Nobody keeps the lock for longer than it takes to write one file. */
const lockTries = 400;
const lockPauseMs = 25;

/**
 * State in a folder, a file a key, for any number of processes of one machine. A file is written aside, synced, renamed
 * and its folder synced, all under a lock that the kernel holds, so that a process that is killed leaves what was there
 * or what it put. What is got is on the disk. Throws `NetworkFileSystem` where locks and syncs do not hold.
 */
export function fileState({ dir, wait, ops = inlineFileOps }: FileStateOptions): StateStore {
  let isSure = false;
  const underLock = async <T>(key: string, work: () => T): Promise<T> => {
    prepare(dir, key, ops, isSure);
    isSure = true;
    for (let tries = 0; tries < lockTries; tries += 1) {
      const lock = onDisk(key, () => lockByKernel(dir, { patienceMs: 0 }));
      if (lock !== null) {
        try {
          return onDisk(key, work);
        } finally {
          lock.release();
        }
      }
      await wait(lockPauseMs);
    }
    throw new OrketError('StateConflict', 'another process does not let go of the state', {
      at: placeOf(key),
      expected: 'a lock that is held for a moment',
      found: `one held for ${(lockTries * lockPauseMs) / 1000} seconds`,
      remedy: 'Try again. A process that was stopped keeps it until it goes on or ends.',
    });
  };
  return {
    get: async (key) => {
      checkKey(key);
      const { value, version } = await underLock(key, () => {
        const kept = readKept(dir, key);
        // Whoever put it may have been killed before the folder was synced.
        if (kept !== nothingKept) ops.syncFolder(dir);
        return kept;
      });
      return { value, version };
    },
    put: async (key, value, version, idempotencyKey) => {
      checkKey(key);
      return underLock(key, () => {
        const before = readKept(dir, key);
        const kept = putInto(before, { key, value, version, idempotencyKey });
        if (before === nothingKept)
          checkCount(key, fs.readdirSync(dir).filter((name) => name.endsWith('.json')).length);
        if (kept === before) ops.syncFolder(dir);
        else replaceDurably(join(dir, fileName(key)), writeStateFile(key, kept), ops);
        return versionOf(kept, idempotencyKey);
      });
    },
  };
}

/** How deep it lies below what is there anyway: `state/NAMESPACE/FLOW`. */
const levels = 3;

function prepare(dir: string, key: string, ops: InlineFileOps, isSure: boolean): void {
  onDisk(key, () => {
    ops.makeFolder(dir);
    if (isSure) return;
    // Also where they were there: whoever made them may have been killed before this.
    let folder = dir;
    for (let level = 0; level < levels; level += 1) ops.syncFolder((folder = dirname(folder)));
  });
  const network = networkFileSystem(onDisk(key, () => ops.fileSystem(dir)));
  if (network === null) return;
  throw new OrketError('NetworkFileSystem', 'state needs a disk of this machine', {
    at: dir,
    expected: 'a local file system',
    found: network,
    remedy: 'Locks and syncs do not hold there. Keep the state on a local disk: --state DIR.',
  });
}

/** A key may be any text, the name of its file may not. */
function fileName(key: string): string {
  return `${digestOfBytes(key).slice('sha256:'.length)}.json`;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

function readKept(dir: string, key: string): Kept {
  let fd: number;
  try {
    fd = fs.openSync(join(dir, fileName(key)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return nothingKept;
    throw error;
  }
  try {
    const stats = fs.fstatSync(fd);
    if (!stats.isFile() || stats.size > stateFileBytes) throw corrupt(key, 'a small file', 'something else');
    return readStateFile(key, fs.readFileSync(fd, 'utf8'));
  } finally {
    fs.closeSync(fd);
  }
}

/** Errors of the operating system in the words of the catalogue. */
function onDisk<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OrketError || !(error instanceof Error)) throw error;
    const found = 'code' in error ? String(error.code) : error.name;
    const full = isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT');
    const reason = full ? 'StorageExceeded' : 'ToolFailed';
    throw new OrketError(reason, 'the state cannot be kept or read', { at: placeOf(key), found }, error);
  }
}
