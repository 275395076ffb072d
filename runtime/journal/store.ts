import type { BlobRef } from './record.ts';

/** Where a journal's bytes live. One writer at a time; every implementation passes test/conformance/store. */
export interface JournalStore {
  /**
   * Takes the journal for this attempt and returns what is durable in it.
   * Throws JournalLocked while another writer lives, JournalCorrupt for damage that is no torn tail, StaleEpoch.
   */
  open(): Promise<Opened>;
  /**
   * Appends whole lines (without their newlines). With `sync` they, and all blobs they name, are durable on return.
   * One append at a time; the lines that were appended last may be appended again and nothing happens.
   * Throws HeadMismatch or StaleEpoch when another attempt has written, JournalWriteFailed for an I/O error:
   * after any of them the caller may write nothing more.
   */
  append(lines: readonly string[], options: AppendOptions): Promise<void>;
  /** Puts bytes into the pack, once for each digest. Durable no later than the next synced append. */
  putBlob(bytes: Uint8Array): Promise<BlobRef>;
  /** Throws JournalCorrupt when the bytes do not have the digest. */
  readBlob(ref: BlobRef): Promise<Uint8Array>;
  /** Keeps `{seq, head}` of a synced record outside the journal. May lag, never lead. */
  anchor(anchor: Anchor): Promise<void>;
  close(): Promise<void>;
}

export interface Opened {
  /** Lines in order, checked for framing only; the journal checks the chain. */
  readonly lines: readonly string[];
  /** The epoch that this attempt writes under. */
  readonly epoch: number;
  readonly torn: { readonly bytes: number; readonly afterSeq: number } | null;
  /** True where the attempt before is proven dead, so that nobody has to wait for its effects. */
  readonly previousIsDead: boolean;
  /** What was kept outside the journal before: the journal must hold it, else somebody cut or rewrote it. */
  readonly anchors: readonly Anchor[];
}

export interface AppendOptions {
  readonly epoch: number;
  /** Hash of the record before the first of the lines. */
  readonly expectedHead: string;
  readonly firstSeq: number;
  readonly sync: boolean;
}

export interface Anchor {
  readonly seq: number;
  readonly head: string;
}
