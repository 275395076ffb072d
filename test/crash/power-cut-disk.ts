import fs from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { inlineFileOps as real, type InlineFileOps } from '../../runtime/journal/file-ops.ts';

/** The power is gone: nothing more is done. */
class PowerCut extends Error {}

/** What of a file that was not synced is found afterwards: nothing, a half, NULs in its place, or all of it. */
const fates = ['lost', 'half', 'zeros', 'all'] as const;
type Fate = (typeof fates)[number];

interface Inode {
  durable: Buffer;
  shown: Buffer;
}

type Renaming = (names: Map<string, Inode>) => void;

interface Folder {
  readonly durable: Map<string, Inode>;
  /** What was done to its names since it was synced last, in order: a disk has done any first part of it. */
  readonly pending: Renaming[];
}

/**
 * A disk that loses power on demand. The kernel's side is real files in `root`; beside it stands what syncs have made
 * durable, of the bytes of files and of the names in folders. `states` gives every folder that may be found afterwards.
 */
export class PowerCutDisk {
  readonly #root: string;
  readonly #folders = new Map<string, Folder>();
  readonly #open = new Map<number, Inode>();
  readonly #left: number;
  steps = 0;

  /** What is in `root` now is durable. The power goes after that many steps. */
  constructor(root: string, steps = Number.POSITIVE_INFINITY) {
    this.#root = root;
    this.#left = steps;
    for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = fs.readFileSync(join(entry.parentPath, entry.name));
      this.#folder(entry.parentPath).durable.set(entry.name, { durable: bytes, shown: bytes });
    }
  }

  readonly ops: InlineFileOps = {
    ...real,
    open: () => {
      throw new Error('files are replaced, not opened');
    },
    makeFolder: (path) => {
      this.#step();
      real.makeFolder(path);
    },
    create: (path) => {
      this.#step();
      const fd = real.create(path);
      const inode = { durable: Buffer.alloc(0), shown: Buffer.alloc(0) };
      this.#open.set(fd, inode);
      this.#rename(path, (names) => void names.set(basename(path), inode));
      return fd;
    },
    write: (fd, bytes, position) => {
      this.#step();
      const inode = this.#inode(fd);
      inode.shown = Buffer.concat([inode.shown.subarray(0, position), bytes]);
      return real.write(fd, bytes, position);
    },
    sync: (fd) => {
      this.#step();
      const inode = this.#inode(fd);
      inode.durable = inode.shown;
    },
    rename: (from, to) => {
      this.#step();
      real.rename(from, to);
      this.#rename(to, (names) => {
        const inode = names.get(basename(from));
        names.delete(basename(from));
        if (inode !== undefined) names.set(basename(to), inode);
      });
    },
    remove: (path) => {
      this.#step();
      real.remove(path);
      this.#rename(path, (names) => void names.delete(basename(path)));
    },
    syncFolder: (path) => {
      this.#step();
      const { durable, pending } = this.#folder(path);
      for (const one of pending.splice(0)) one(durable);
    },
  };

  /** Puts every state that the disk may be in into a folder of its own below `into`, one after another. */
  *states(into: string): Generator<string> {
    const most = Math.max(0, ...[...this.#folders.values()].map(({ pending }) => pending.length));
    for (let renamed = 0; renamed <= most; renamed += 1) {
      for (const fate of fates) {
        const path = fs.mkdtempSync(join(into, 'cut-'));
        this.#put(path, renamed, fate);
        yield path;
        fs.rmSync(path, { recursive: true });
      }
    }
  }

  #put(into: string, renamed: number, fate: Fate): void {
    for (const [folder, { durable, pending }] of this.#folders) {
      const names = new Map(durable);
      for (const one of pending.slice(0, renamed)) one(names);
      const at = join(into, relative(this.#root, folder));
      fs.mkdirSync(at, { recursive: true });
      for (const [name, inode] of names) fs.writeFileSync(join(at, name), found(inode, fate));
    }
  }

  #rename(path: string, renaming: Renaming): void {
    this.#folder(dirname(path)).pending.push(renaming);
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path) ?? { durable: new Map<string, Inode>(), pending: [] };
    this.#folders.set(path, folder);
    return folder;
  }

  #inode(fd: number): Inode {
    const inode = this.#open.get(fd);
    if (inode === undefined) throw new Error('a file that is not open');
    return inode;
  }

  #step(): void {
    if (this.steps >= this.#left) throw new PowerCut('the power is gone');
    this.steps += 1;
  }
}

function found({ durable, shown }: Inode, fate: Fate): Buffer {
  const more = shown.subarray(durable.length);
  if (fate === 'lost') return durable;
  if (fate === 'half') return Buffer.concat([durable, more.subarray(0, Math.ceil(more.length / 2))]);
  if (fate === 'zeros') return Buffer.concat([durable, Buffer.alloc(more.length)]);
  return shown;
}
