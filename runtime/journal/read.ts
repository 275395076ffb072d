import fs from 'node:fs';
import { join } from 'node:path';
import { OrketError, type Digest, type JsonValue } from '#crds';
import { beginning, corrupt, readLine, refusal } from './chain.ts';
import { isCode } from './file-ops.ts';
import { LineReader } from './line-reader.ts';
import { checkBlob } from './pack.ts';
import type { BlobRef, ForeignRecord, JournalRecord } from './record.ts';
import { readBlobBytes } from './source.ts';
import { RecordedValues } from './values.ts';

export type ReadRecord =
  | { readonly kind: 'record'; readonly record: JournalRecord }
  /** Of a type that this version does not know. */
  | { readonly kind: 'foreign'; readonly record: ForeignRecord };

export interface ReadOptions {
  /** Waits for more until the Session has ended or `signal` is aborted. Default: ends where the journal does. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reads the journal in a Session's folder, also while another process writes it: a last line that is not whole yet is
 * left for later. Every record is checked as when a journal is opened; throws JournalCorrupt and RuntimeUnsupported.
 */
export async function* readJournal(
  dir: string,
  { follow = false, signal }: ReadOptions = {},
): AsyncGenerator<ReadRecord> {
  // Watching starts before the first read, so that nothing can be written in between unnoticed.
  const changes = follow ? new Changes(dir, signal) : null;
  let reader: LineReader | null = null;
  try {
    let place = beginning;
    for (;;) {
      reader ??= await openIfThere(join(dir, 'journal.jsonl'));
      const lines = (await reader?.next()) ?? [];
      for (const line of lines) {
        const link = readLine(line, place);
        if (link.kind === 'break' || link.kind === 'unsupported') throw refusal(link);
        place = link.place;
        yield link.kind === 'record'
          ? { kind: 'record', record: link.record }
          : { kind: 'foreign', record: link.record };
        if (link.record.type === 'session.ended') return;
      }
      if (lines.length > 0) continue;
      if (reader !== null && (await reader.restBytes()) < 0) throw shrunk(place.seq);
      if (reader === null && !fs.existsSync(dir)) throw noFolder(dir, undefined);
      if (changes === null || !(await changes.next())) return;
    }
  } finally {
    changes?.close();
    await reader?.close();
  }
}

/** A blob of a Session's folder, for readers. Throws JournalCorrupt unless the bytes have the digest. */
export async function readBlob(dir: string, ref: BlobRef): Promise<Uint8Array> {
  const bytes = (await readBlobBytes(dir, ref)) ?? new Uint8Array();
  checkBlob(bytes, ref);
  return bytes;
}

/** The values of a Session's folder, for readers: `add` the records in order, then what they name can be read. */
export function folderValues(dir: string): RecordedValues {
  const putBlob = (): Promise<never> => Promise.reject(new OrketError('Internal', 'a journal that is only read'));
  return new RecordedValues({ putBlob, readBlob: (ref) => readBlob(dir, ref) });
}

/** A value by its digest, whichever record holds it. Throws as `readJournal`, JournalCorrupt where none does. */
export async function readValue(dir: string, digest: Digest): Promise<JsonValue> {
  const values = folderValues(dir);
  for await (const { kind, record } of readJournal(dir)) if (kind === 'record') values.add(record);
  return values.read(null, digest);
}

/** Changes in a folder, as the operating system tells them. */
class Changes {
  readonly #watcher: fs.FSWatcher;
  readonly #signal: AbortSignal | undefined;
  #changed = false;
  #failure: OrketError | null = null;
  #wake: () => void = () => {};

  constructor(dir: string, signal: AbortSignal | undefined) {
    this.#signal = signal;
    try {
      this.#watcher = fs.watch(dir, () => this.#notice());
    } catch (error) {
      throw isCode(error, 'ENOENT') ? noFolder(dir, error) : unwatchable(dir, error);
    }
    this.#watcher.on('error', (error) => {
      this.#failure = unwatchable(dir, error);
      this.#notice();
    });
    signal?.addEventListener('abort', this.#onAbort);
  }

  /** True after a change since the last call, false once reading was aborted. */
  async next(): Promise<boolean> {
    if (!this.#changed && this.#signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#changed = false;
    if (this.#failure !== null) throw this.#failure;
    return this.#signal?.aborted !== true;
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#watcher.close();
  }

  readonly #onAbort = (): void => this.#notice();

  #notice(): void {
    this.#changed = true;
    this.#wake();
  }
}

async function openIfThere(path: string): Promise<LineReader | null> {
  return LineReader.open(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
}

function shrunk(seq: number): OrketError {
  return corrupt({ seq, field: 'line', expected: 'the record that was there', found: 'a shorter file' });
}

function noFolder(dir: string, cause: unknown): OrketError {
  return new OrketError('NotFound', 'there is no such Session folder', { at: dir }, cause);
}

function unwatchable(dir: string, cause: unknown): OrketError {
  const found = cause instanceof Error ? cause.message : 'an unknown error';
  const remedy = 'Raise the limit on watches (fs.inotify.max_user_watches) or read without following.';
  return new OrketError('Internal', 'the journal cannot be watched', { at: dir, found, remedy }, cause);
}

/** A journal that grows, read again and again from where it was left: each record once. */
export class JournalTail {
  readonly #path: string;
  #reader: LineReader | null = null;
  #place = beginning;

  constructor(dir: string) {
    this.#path = join(dir, 'journal.jsonl');
  }

  /** The whole records that came since the last call, none where there is no journal yet. Throws as `readJournal`. */
  async next(): Promise<readonly JournalRecord[]> {
    this.#reader ??= await openIfThere(this.#path);
    const records: JournalRecord[] = [];
    for (
      let lines = await this.#reader?.next();
      lines !== undefined && lines.length > 0;
      lines = await this.#reader?.next()
    ) {
      for (const line of lines) {
        const link = readLine(line, this.#place);
        if (link.kind === 'break' || link.kind === 'unsupported') throw refusal(link);
        this.#place = link.place;
        if (link.kind === 'record') records.push(link.record);
      }
    }
    return records;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }
}
