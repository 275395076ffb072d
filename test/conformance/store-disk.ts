import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inlineFileOps, type FileOps } from '../../runtime/journal/file-ops.ts';

export type Fault = 'EIO' | 'ENOSPC' | 'torn write';

interface Open {
  readonly path: string;
  readonly fd: number;
}

/** What of a file has reached the platter; the file itself is what the kernel shows. */
interface Platter {
  bytes: Buffer;
  /** Written since the last sync: `[from, to)`. */
  dirty: (readonly [from: number, to: number])[];
  linked: boolean;
}

/**
 * A disk that fails at the k-th call and loses power on demand. The kernel's side is real files; beside it stands what a
 * sync has made durable. As on Linux, what a failed sync was about is shown as clean afterwards and never written.
 */
export class FaultyDisk {
  readonly #platters = new Map<string, Platter>();
  readonly #open = new Map<number, Open>();
  #left = Number.POSITIVE_INFINITY;
  #fault: Fault = 'EIO';
  calls = 0;

  /** The k-th call from now on fails, from 1. */
  failAt(k: number, fault: Fault): void {
    this.#left = k;
    this.#fault = fault;
  }

  readonly ops: FileOps = {
    open: (path) => {
      this.#step('open');
      const opened = inlineFileOps.open(path);
      this.#open.set(opened.fd, { path, fd: opened.fd });
      if (!this.#platters.has(path)) this.#platters.set(path, { bytes: Buffer.alloc(0), dirty: [], linked: false });
      return opened;
    },
    read: (fd, length, position) => {
      this.#step('read');
      return inlineFileOps.read(fd, length, position);
    },
    write: (fd, bytes, position) => {
      const torn = this.#left === 1 && this.#fault === 'torn write';
      if (torn) this.#write(fd, bytes.subarray(0, bytes.length / 2), position);
      this.#step('write');
      return this.#write(fd, bytes, position);
    },
    truncate: (fd, sizeBytes) => {
      this.#step('truncate');
      inlineFileOps.truncate(fd, sizeBytes);
      const platter = this.#platter(fd);
      platter.bytes = platter.bytes.subarray(0, sizeBytes);
      platter.dirty = platter.dirty.filter(([from]) => from < sizeBytes);
    },
    sync: (fd) => {
      const platter = this.#platter(fd);
      const dirty = platter.dirty.splice(0);
      this.#step('sync');
      const shown = fs.readFileSync(this.#open.get(fd)?.path ?? '');
      for (const [from, to] of dirty) platter.bytes = over(platter.bytes, shown.subarray(from, to), from);
    },
    close: (fd) => {
      this.#open.delete(fd);
      inlineFileOps.close(fd);
    },
    makeFolder: (path) => {
      this.#step('makeFolder');
      fs.mkdirSync(path, { recursive: true });
    },
    syncFolder: (path) => {
      this.#step('syncFolder');
      for (const [file, platter] of this.#platters) if (dirname(file) === path) platter.linked = true;
    },
    fileSystem: () => 0xef53,
  };

  /** After a power cut: what was durable, and of what was not as much as `share` says (0 to 1) of each file. */
  afterPowerCut(dir: string, share: number): void {
    fs.mkdirSync(dir, { recursive: true });
    for (const [path, { bytes, linked }] of this.#platters) {
      if (!linked) continue;
      const shown = fs.readFileSync(path);
      const extra = Math.max(0, Math.floor((shown.length - bytes.length) * share));
      fs.writeFileSync(
        join(dir, basename(path)),
        Buffer.concat([bytes, shown.subarray(bytes.length, bytes.length + extra)]),
      );
    }
  }

  #write(fd: number, bytes: Uint8Array, position: number): number {
    const done = fs.writeSync(fd, bytes, 0, bytes.length, position);
    this.#platter(fd).dirty.push([position, position + done]);
    return done;
  }

  #platter(fd: number): Platter {
    const platter = this.#platters.get(this.#open.get(fd)?.path ?? '');
    if (platter === undefined) throw new Error('a file that is not open');
    return platter;
  }

  #step(call: string): void {
    this.calls += 1;
    this.#left -= 1;
    if (this.#left !== 0) return;
    const code = this.#fault === 'torn write' ? 'ENOSPC' : this.#fault;
    throw Object.assign(new Error(`${code}: ${call}`), { code });
  }
}

/** `bytes` with `piece` at `from`; a gap is NULs, as a file has them. */
function over(bytes: Buffer, piece: Uint8Array, from: number): Buffer {
  const whole = Buffer.alloc(Math.max(bytes.length, from + piece.length));
  bytes.copy(whole);
  whole.set(piece, from);
  return whole;
}
