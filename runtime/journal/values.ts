import { isUtf8 } from 'node:buffer';
import { canonicalJson, type Digest, digestOfBytes, type JsonValue } from '#crds';
import { isCanonicalText } from './canonical-text.ts';
import { corrupt } from './chain.ts';
import { contentsOf, partAt, partsOf, sharedBytes, type Content } from './contents.ts';
import { inlineBytes, type BlobRef, type FileContent, type JournalRecord, type Recorded } from './record.ts';
import type { JournalStore } from './store.ts';

/** Values and files as records hold them: short ones inline, others in the pack, and none twice. */
export interface Values {
  /** How the next record has to hold a value: null where an earlier one holds it, so that its digest is enough. */
  readonly record: (value: JsonValue) => Promise<Recorded | null>;
  /** The same for what has to stand in its own record, also where an earlier one holds it. */
  readonly recordWhole: (value: JsonValue) => Promise<Recorded>;
  /** The value that a record holds or names by digest. Throws JournalCorrupt where nothing has that digest. */
  readonly read: (recorded: Recorded | null, digest: Digest) => Promise<JsonValue>;
  /** `packed` for one of many in a record, which must not become too long. */
  readonly putFile: (bytes: Uint8Array, packed?: boolean) => Promise<FileContent | null>;
  readonly readFile: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>;
  /** Whether an earlier record holds that value or file. */
  readonly holds: (digest: Digest) => boolean;
}

type Store = Pick<JournalStore, 'putBlob' | 'readBlob'>;

/** The values of one journal. Everything that `add` was told of can be named by digest. */
export class RecordedValues implements Values {
  readonly #store: Store;
  readonly #contents = new Map<Digest, Content>();
  /** Parts of values that were put into the pack here, by the digest of the whole. */
  readonly #parts = new Map<Digest, readonly (readonly [Digest, Content])[]>();
  /** Blobs of earlier attempts: what is in them is looked at when something is not found elsewhere. */
  readonly #unread: BlobRef[] = [];
  /** Whoever looks for something waits for the blob that is just being looked at. */
  #reading: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** From here on what the record holds is not recorded again. */
  add(record: JournalRecord): void {
    for (const [digest, content] of contentsOf(record)) {
      if (this.#contents.has(digest)) continue;
      this.#contents.set(digest, content);
      if (!('blob' in content)) continue;
      const parts = this.#parts.get(digest);
      if (parts === undefined) this.#unread.push(content.blob);
      else this.#addParts(parts);
    }
  }

  readonly holds = (digest: Digest): boolean => this.#contents.has(digest);

  readonly record = async (value: JsonValue): Promise<Recorded | null> => {
    const text = canonicalJson(value);
    const digest = text.length <= sharedBytes / 3 ? null : digestOfBytes(text);
    if (digest !== null && Buffer.byteLength(text) > sharedBytes && this.holds(digest)) return null;
    if (isInline(text)) return { value };
    if (digest !== null && (await this.#look(digest)) !== undefined) return null;
    return this.#pack(value, text);
  };

  readonly recordWhole = async (value: JsonValue): Promise<Recorded> => {
    const text = canonicalJson(value);
    return isInline(text) ? { value } : this.#pack(value, text);
  };

  readonly putFile = async (bytes: Uint8Array, packed = false): Promise<FileContent | null> => {
    if (bytes.length > sharedBytes && this.holds(digestOfBytes(bytes))) return null;
    const text = packed && bytes.length > sharedBytes ? null : inlineText(bytes);
    if (text !== null) return { text };
    if ((await this.#look(digestOfBytes(bytes))) !== undefined) return null;
    const blob = await this.#store.putBlob(bytes);
    this.#parts.set(blob.digest, []);
    return { blob };
  };

  readonly read = async (recorded: Recorded | null, digest: Digest): Promise<JsonValue> => {
    const content = recorded ?? (await this.#find(digest));
    if ('value' in content) return content.value;
    if ('blob' in content) return valueOf(await this.#store.readBlob(content.blob), content.blob);
    if ('text' in content) return valueOf(Buffer.from(content.text), { digest });
    return this.#part(content, digest);
  };

  readonly readFile = async (content: FileContent | null, digest: Digest): Promise<Uint8Array> => {
    const found = content ?? (await this.#find(digest));
    if ('text' in found) return Buffer.from(found.text);
    if ('blob' in found) return this.#store.readBlob(found.blob);
    if ('value' in found) return Buffer.from(canonicalJson(found.value));
    const part = await this.#part(found, digest);
    return Buffer.from(found.as === 'text' && typeof part === 'string' ? part : canonicalJson(part));
  };

  async #pack(value: JsonValue, text: string): Promise<Recorded> {
    const blob = await this.#store.putBlob(Buffer.from(text));
    this.#parts.set(blob.digest, placed(value, blob));
    return { blob };
  }

  async #part({ part, at }: Extract<Content, { part: BlobRef }>, digest: Digest): Promise<JsonValue> {
    const value = partAt(valueOf(await this.#store.readBlob(part), part), at);
    if (value === undefined) throw missing(digest);
    return value;
  }

  async #find(digest: Digest): Promise<Content> {
    const content = await this.#look(digest);
    if (content === undefined) throw missing(digest);
    return content;
  }

  async #look(digest: Digest): Promise<Content | undefined> {
    for (;;) {
      const content = this.#contents.get(digest);
      if (content !== undefined) return content;
      const blob = this.#reading === null ? this.#unread.shift() : undefined;
      if (blob !== undefined) this.#reading = this.#takeApart(blob).finally(() => (this.#reading = null));
      if (this.#reading === null) return undefined;
      await this.#reading;
    }
  }

  async #takeApart(blob: BlobRef): Promise<void> {
    const value = jsonOf(await this.#store.readBlob(blob));
    if (value !== undefined) this.#addParts(placed(value, blob));
  }

  #addParts(parts: readonly (readonly [Digest, Content])[]): void {
    for (const [digest, content] of parts) if (!this.#contents.has(digest)) this.#contents.set(digest, content);
  }
}

function placed(value: JsonValue, blob: BlobRef): readonly (readonly [Digest, Content])[] {
  return [...partsOf(value)].map(({ digest, at, as }) => [digest, { part: blob, at, as }]);
}

/** Bytes of a packed value as the value. Throws JournalCorrupt for what is not canonical JSON. */
export function valueOf(bytes: Uint8Array, { digest }: Pick<BlobRef, 'digest'>): JsonValue {
  const value = jsonOf(bytes);
  if (value !== undefined) return value;
  throw corrupt({ seq: 0, field: `blob ${digest}`, expected: 'canonical JSON', found: 'other bytes' });
}

/** Undefined for bytes that are not canonical JSON, as those of most files. */
export function jsonOf(bytes: Uint8Array): JsonValue | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    const value: JsonValue = JSON.parse(text);
    return isCanonicalText(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function missing(digest: Digest): Error {
  return corrupt({ seq: 0, field: 'a digest', expected: `a record that holds ${digest}`, found: 'none' });
}

function inlineText(bytes: Uint8Array): string | null {
  if (bytes.length > inlineBytes || !isUtf8(bytes)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return isInline(canonicalJson(text)) ? text : null;
}

function isInline(text: string): boolean {
  return text.length <= inlineBytes && (text.length * 3 <= inlineBytes || Buffer.byteLength(text) <= inlineBytes);
}
