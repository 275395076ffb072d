import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OrketError } from '#crds';
import { isObject } from './shape.ts';

export interface FileLock {
  /** True where the lock was last held on this machine, or never: then the kernel has proven that holder gone. */
  readonly previousIsDead: boolean;
  release(): void;
}

const busy = 5;
const locked = 6;

/**
 * Takes the lock of a journal's folder for the life of this process, or throws JournalLocked. The kernel holds it (an
 * exclusive transaction on `lock.db`, which is never written): it goes with the process however that ends, and is never
 * taken from a live one. `lock.json` beside it only tells people, and the next holder, who had it.
 */
export function lockFolder(dir: string): FileLock {
  const database = begin(dir);
  try {
    const holder = readHolder(dir);
    const host = os.hostname();
    fs.writeFileSync(join(dir, 'lock.json'), `${JSON.stringify({ host, pid: process.pid })}\n`, { mode: 0o600 });
    return { previousIsDead: holder === null || holder.host === host, release: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

function begin(dir: string): DatabaseSync {
  const path = join(dir, 'lock.db');
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (code === busy || code === locked) throw taken(dir, error);
    throw error;
  }
}

function taken(dir: string, cause: unknown): OrketError {
  const holder = readHolder(dir);
  return new OrketError(
    'JournalLocked',
    'another process writes this journal',
    {
      at: dir,
      expected: 'no other writer',
      found: holder === null ? 'a live one' : `process ${holder.pid} on ${holder.host}`,
      remedy: 'Wait until that attempt ends, or stop it.',
    },
    cause,
  );
}

/** Null where nobody held it before; a file that cannot be understood stands for a holder elsewhere. */
function readHolder(dir: string): { readonly host: string; readonly pid: string } | null {
  let text: string;
  try {
    text = fs.readFileSync(join(dir, 'lock.json'), 'utf8').slice(0, 1024);
  } catch {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return { host: String(value['host']).slice(0, 255), pid: String(value['pid']).slice(0, 20) };
  } catch {
    // Falls through: half written by a holder that was killed.
  }
  return { host: '', pid: 'unknown' };
}
