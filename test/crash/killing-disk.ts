import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inlineFileOps as real, type InlineFileOps } from '../../runtime/journal/file-ops.ts';
import { readPlan, type KillPlan } from './kill-plan.ts';

/**
 * The disk of a session process that is to be killed: `inlineFileOps` of the runtime, exchanged when the process is
 * bundled. Before and after whatever it does, within a write also after each record of it and in the middle of its first
 * one, is a point where the process may end, by SIGKILL from itself. On demand everything that was not synced is gone
 * then, as after a power cut.
 */
class KillingDisk {
  readonly #plan: KillPlan;
  readonly #names = new Map<number, string>();
  /** What would be undone by a power cut, oldest first. */
  #unsynced: { readonly fd: number; readonly undo: () => void }[] = [];
  readonly #unlinked = new Set<string>();
  /** Files that took the place of others, oldest first. */
  #renamed: { readonly folder: string; readonly undo: () => void }[] = [];
  #point = 0;
  #works = false;
  /** Whether the end of the Session is on the disk. */
  #hasEnded = false;
  /** Of a write that took only a part: how many parts it has taken. */
  #piece = 0;
  /** Records that were written since the last sync, and whether the one that begins an attempt is among them. */
  #written: string[] = [];

  constructor(plan: KillPlan) {
    this.#plan = plan;
  }

  readonly ops: InlineFileOps = {
    ...real,
    open: (path) => {
      const isNew = !fs.existsSync(path);
      const opened = this.#around('open', basename(path), () => real.open(path));
      this.#names.set(opened.fd, basename(path));
      if (isNew) this.#unlinked.add(path);
      return opened;
    },
    write: (fd, bytes, position) => this.#write(fd, bytes, position),
    truncate: (fd, sizeBytes) => {
      const cut = this.#readAll(fd).subarray(sizeBytes);
      this.#unsynced.push({ fd, undo: () => fs.writeSync(fd, cut, 0, cut.length, sizeBytes) });
      this.#around('truncate', this.#name(fd), () => real.truncate(fd, sizeBytes));
    },
    sync: (fd) => {
      const name = this.#name(fd);
      const isJournal = name === journal;
      const written = isJournal ? this.#written : [name];
      this.#reach('before sync', written);
      this.#failing('sync');
      real.sync(fd);
      this.#unsynced = this.#unsynced.filter((one) => one.fd !== fd);
      this.#hasEnded ||= written.includes('session.ended');
      this.#reach('after sync', written);
      if (!isJournal) return;
      if (written.some((record) => record.startsWith('attempt.started'))) this.#begin();
      this.#written = [];
    },
    syncFolder: (path) => {
      const name = path.startsWith(`${this.#plan.dir}/`) ? basename(path) : '';
      this.#around('syncFolder', name, () => real.syncFolder(path));
      for (const file of this.#unlinked) if (dirname(file) === path) this.#unlinked.delete(file);
      this.#renamed = this.#renamed.filter((one) => one.folder !== path);
    },
    create: (path) => {
      const fd = this.#around('create', nameOf(path), () => real.create(path));
      this.#names.set(fd, nameOf(path));
      this.#unlinked.add(path);
      return fd;
    },
    close: (fd) => {
      this.#unsynced = this.#unsynced.filter((one) => one.fd !== fd);
      real.close(fd);
    },
    rename: (from, to) => {
      const before = fs.existsSync(to) ? fs.readFileSync(to) : null;
      this.#renamed.push({ folder: dirname(to), undo: () => undoRename(to, before) });
      this.#unlinked.delete(from);
      this.#around('rename', nameOf(to), () => real.rename(from, to));
    },
    remove: (path) => this.#around('remove', nameOf(path), () => real.remove(path)),
  };

  /** From here on the attempt does what it is for. */
  #begin(): void {
    if (this.#works) return;
    this.#works = true;
    if (this.#plan.from === 'work') this.#point = 0;
  }

  #write(fd: number, bytes: Uint8Array, position: number): number {
    const name = this.#name(fd);
    const isShort = this.#plan.short === true && bytes.length > 256;
    const whole = isShort ? bytes.subarray(0, Math.ceil(bytes.length / 3)) : bytes;
    const piece = this.#piece === 0 ? '' : ` piece ${this.#piece}`;
    this.#piece = isShort ? this.#piece + 1 : 0;
    const records = name === journal ? recordsIn(bytes, whole.length) : [{ label: name, end: whole.length }];
    const said = records.map(({ label }) => `${label}${piece}`);
    this.#reach('before write', said);
    this.#failing('write');
    this.#remember(fd, position, whole.length);
    const put = (end: number): void => void fs.writeSync(fd, whole, 0, end, position);
    let start = 0;
    for (const { label, end } of records) {
      const half = start + Math.ceil((Math.min(end, whole.length) - start) / 2);
      this.#reach('torn write', [`${label}${piece}`], () => put(half));
      if (end < whole.length) this.#reach('after write', [`${label}${piece}`], () => put(end));
      start = end;
    }
    put(whole.length);
    if (name === journal)
      this.#written.push(...records.filter(({ end }) => end <= whole.length).map(({ label }) => label));
    this.#reach('after write', said.slice(-1));
    return whole.length;
  }

  #remember(fd: number, position: number, length: number): void {
    const before = this.#readAll(fd);
    const old = before.subarray(position, position + length);
    this.#unsynced.push({
      fd,
      undo: () => {
        fs.writeSync(fd, old, 0, old.length, position);
        fs.ftruncateSync(fd, before.length);
      },
    });
  }

  #readAll(fd: number): Buffer {
    const bytes = Buffer.alloc(fs.fstatSync(fd).size);
    fs.readSync(fd, bytes, 0, bytes.length, 0);
    return bytes;
  }

  #around<T>(what: string, name: string, work: () => T): T {
    this.#reach(`before ${what}`, [name]);
    this.#failing(what);
    const result = work();
    this.#reach(`after ${what}`, [name]);
    return result;
  }

  /** A point, of one record or several. Where it is one to die at, `last` is the last that is done. */
  #reach(when: string, of: readonly string[], last: () => void = () => {}): void {
    const { trace, from, at, kept, fail, told, signal = 'SIGKILL' } = this.#plan;
    this.#point += 1;
    if (from === 'work' && !this.#works) return;
    const labels = (of.length === 0 ? [''] : of).map((one) => `${when} ${one}`.trimEnd());
    if (trace !== undefined) fs.appendFileSync(trace, `${labels.join('\t')}\n`);
    const isIt = typeof at === 'number' ? at === this.#point : labels.some((label) => at.includes(label));
    if (!isIt || fail !== undefined) return;
    last();
    if (kept !== undefined) this.#cutPower(kept);
    if (told !== undefined) fs.writeFileSync(told, labels.join('\n'));
    process.kill(process.pid, signal);
  }

  /** The disk says no instead, at the first thing that is done from that point on. */
  #failing(call: string): void {
    const { fail, at, from, told } = this.#plan;
    if (fail === undefined || typeof at !== 'number' || this.#point < at || (from === 'work' && !this.#works)) return;
    if (told !== undefined) fs.writeFileSync(told, `${fail} ${call}`);
    throw Object.assign(new Error(`${fail}: ${call}`), { code: fail });
  }

  #cutPower(kept: number): void {
    const fds = [...new Set(this.#unsynced.map(({ fd }) => fd))];
    const shown = new Map(fds.map((fd) => [fd, this.#readAll(fd)]));
    for (const { undo } of [...this.#unsynced, ...this.#renamed].toReversed()) undo();
    for (const [fd, bytes] of shown) {
      const { size } = fs.fstatSync(fd);
      const more = Math.max(0, Math.floor((bytes.length - size) * kept));
      fs.writeSync(fd, bytes, size, more, size);
    }
    for (const file of this.#unlinked) fs.rmSync(file, { force: true });
    // Nothing of the Workspace was synced: the journal holds it, as long as there is an attempt to make it anew.
    if (!this.#hasEnded) fs.rmSync(join(this.#plan.dir, 'workspace'), { recursive: true, force: true });
  }

  #name(fd: number): string {
    return this.#names.get(fd) ?? '';
  }
}

/** A file that is replaced has its name from what it becomes; one with a digest for a name is one of several. */
function nameOf(path: string): string {
  return basename(path)
    .replace(/^\.(.*)\.orket-[0-9a-f]+\.new$/, 'new $1')
    .replace(/[0-9a-f]{64}/, 'one');
}

function undoRename(path: string, before: Buffer | null): void {
  if (before === null) fs.rmSync(path, { force: true });
  else fs.writeFileSync(path, before);
}

const journal = 'journal.jsonl';

interface Written {
  readonly label: string;
  /** Where its line ends. */
  readonly end: number;
}

/** The records that begin within the first `length` bytes. */
function recordsIn(bytes: Uint8Array, length: number): readonly Written[] {
  const records: Written[] = [];
  let start = 0;
  for (const line of Buffer.from(bytes).toString('utf8').split('\n')) {
    const end = start + Buffer.byteLength(line) + 1;
    const [type, path] = [/"type":"([^"]*)"/.exec(line)?.[1], /"path":"([^"]*)","prev"/.exec(line)?.[1]];
    if (line !== '' && start < length) records.push({ label: `${type ?? 'a record'} ${path ?? ''}`.trimEnd(), end });
    start = end;
  }
  return records;
}

export const inlineFileOps: InlineFileOps = new KillingDisk(readPlan(process.env['ORKET_KILL_PLAN'])).ops;
export { isCode, pooledFileOps } from '../../runtime/journal/file-ops.ts';
export type { FileOps, InlineFileOps } from '../../runtime/journal/file-ops.ts';
