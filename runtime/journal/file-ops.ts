import fs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** What a file store asks of the operating system: the one seam where tests make disks fail. */
export interface FileOps {
  /** Opens a regular file for reading and writing, created if absent; never follows a link in the last segment. */
  open(path: string): { readonly fd: number; readonly sizeBytes: number };
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(fd: number, length: number, position: number): Promise<Uint8Array> | Uint8Array;
  /** Returns how many bytes were written, as `write(2)` does. */
  write(fd: number, bytes: Uint8Array, position: number): Promise<number> | number;
  truncate(fd: number, sizeBytes: number): void;
  /** Data and size of the file are on the disk on return. */
  sync(fd: number): Promise<void> | void;
  close(fd: number): void;
  /** Makes a folder and those above it durably. */
  makeFolder(path: string): void;
  /** Entries of the folder are on the disk on return. */
  syncFolder(path: string): void;
  /** `f_type` of statfs(2). */
  fileSystem(path: string): number;
}

/** The same on the calling thread, and what a file takes that is replaced as a whole. */
export interface InlineFileOps extends FileOps {
  read(fd: number, length: number, position: number): Uint8Array;
  write(fd: number, bytes: Uint8Array, position: number): number;
  sync(fd: number): void;
  /** Opens a new and empty file. Throws EEXIST for whatever has that name. */
  create(path: string): number;
  rename(from: string, to: string): void;
  /** Removes a file, if it is there. */
  remove(path: string): void;
}

/**
 * Writes and syncs on the calling thread: for a process that runs one Session and has nothing better to do than to wait
 * for its own disk, this is the fastest way (a thread pool adds a third to each durable append).
 */
export const inlineFileOps: InlineFileOps = {
  open(path) {
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
    const fd = fs.openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) {
      fs.closeSync(fd);
      throw new Error(`${path} is not a regular file`);
    }
    return { fd, sizeBytes: stat.size };
  },
  read(fd, length, position) {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const count = fs.readSync(fd, bytes, done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  },
  write: (fd, bytes, position) => fs.writeSync(fd, bytes, 0, bytes.length, position),
  truncate: (fd, sizeBytes) => fs.ftruncateSync(fd, sizeBytes),
  sync: (fd) => fs.fdatasyncSync(fd),
  close: (fd) => fs.closeSync(fd),
  makeFolder(path) {
    const first = fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let folder = path; folder.length >= first.length; folder = dirname(folder)) syncFolder(dirname(folder));
  },
  syncFolder,
  fileSystem: (path) => fs.statfsSync(path).type,
  create(path) {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
    return fs.openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
};

const write = promisify(fs.write);
const datasync = promisify(fs.fdatasync);

/** Writes and syncs on the thread pool: for a process that serves many Sessions. */
export const pooledFileOps: FileOps = {
  ...inlineFileOps,
  write: async (fd, bytes, position) => (await write(fd, bytes, 0, bytes.length, position)).bytesWritten,
  sync: (fd) => datasync(fd),
};

function syncFolder(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether an error of the operating system has this code (`ENOENT`). */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
