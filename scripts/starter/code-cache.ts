import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import process from 'node:process';

const digestBytes = 32;

/** What decides who may change a file. */
export type Guard = Pick<Stats, 'uid' | 'mode'>;

/** A program as it was read, with the guard of its file. */
export interface Program {
  readonly source: Buffer;
  readonly guard: Guard;
}

/**
 * The code that V8 made of a program, as a file: a digest, then the code. V8 looks only at its own version, its flags and the
 * length of the source, so the digest is also of the whole source, of the code, and of everything that Node is made of.
 */
export function packCodeCache(source: Buffer, code: Buffer, versions = versionsOfNode()): Buffer {
  return Buffer.concat([digestOf(source, code, versions), code]);
}

/**
 * The code in a code cache of this program, made by this very Node; null where there is none that may be used. It is code
 * that runs as the user: so it lies where the program lies, is made together with it, is never written by what runs, and is
 * taken only where whoever could have written it could have written the program.
 */
export function readCodeCache(file: string, { source, guard }: Program): Buffer | null {
  const packed = readGuarded(file, guard);
  if (packed === null || packed.length <= digestBytes) return null;
  const code = packed.subarray(digestBytes);
  return digestOf(source, code, versionsOfNode()).equals(packed.subarray(0, digestBytes)) ? code : null;
}

/** Whether nobody but the owner of a program, or root, can have written its code cache. */
export function mayBeTaken(cache: Guard, program: Guard): boolean {
  const hasWritersBeside = (cache.mode & 0o022) !== 0;
  return !hasWritersBeside && (cache.uid === program.uid || cache.uid === 0);
}

function readGuarded(file: string, program: Guard): Buffer | null {
  try {
    // No link, which could lead to a file of others, and no pipe to wait for.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(handle);
      return stat.isFile() && mayBeTaken(stat, program) ? readFileSync(handle) : null;
    } finally {
      closeSync(handle);
    }
  } catch {
    // A start without it is slower and nothing else.
    return null;
  }
}

function digestOf(source: Buffer, code: Buffer, versions: string): Buffer {
  const sizes = `${versions.length} ${source.length} ${code.length}\n`;
  return createHash('sha256').update(sizes).update(versions).update(source).update(code).digest();
}

function versionsOfNode(): string {
  return JSON.stringify([process.versions, process.platform, process.arch]);
}
