import { isUtf8 } from 'node:buffer';
import { canonicalJson, type Digest, digestOfBytes, type JsonValue } from '#crds';
import { isCanonicalText } from './canonical-text.ts';
import { corrupt } from './chain.ts';
import { inlineBytes, type BlobRef, type FileContent, type Recorded } from './record.ts';
import type { JournalStore } from './store.ts';

/** Values and files as records hold them: short ones inline, others once in the pack. */
export interface Values {
  readonly record: (value: JsonValue) => Promise<Recorded>;
  readonly read: (recorded: Recorded) => Promise<JsonValue>;
  readonly putFile: (bytes: Uint8Array) => Promise<FileContent>;
  readonly readFile: (content: FileContent) => Promise<Uint8Array>;
}

/** `packed` says what earlier records hold already; what is put from now on is added to it. */
export function recordedValues(
  store: Pick<JournalStore, 'putBlob' | 'readBlob'>,
  packed: Map<Digest, BlobRef>,
): Values {
  const put = async (bytes: Uint8Array): Promise<BlobRef> => {
    const known = packed.get(digestOfBytes(bytes));
    if (known !== undefined) return known;
    const ref = await store.putBlob(bytes);
    packed.set(ref.digest, ref);
    return ref;
  };
  return {
    async record(value) {
      const text = canonicalJson(value);
      return isInline(text) ? { value } : { blob: await put(Buffer.from(text)) };
    },
    async read(recorded) {
      return 'value' in recorded ? recorded.value : valueOf(await store.readBlob(recorded.blob), recorded.blob);
    },
    async putFile(bytes) {
      const text = inlineText(bytes);
      return text === null ? { blob: await put(bytes) } : { text };
    },
    async readFile(content) {
      return 'text' in content ? Buffer.from(content.text) : store.readBlob(content.blob);
    },
  };
}

/** Bytes of a packed value as the value. Throws JournalCorrupt for what is not canonical JSON. */
export function valueOf(bytes: Uint8Array, ref: BlobRef): JsonValue {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    const value: JsonValue = JSON.parse(text);
    if (isCanonicalText(text)) return value;
  } catch {
    // Answered below: not JSON, or none that has a canonical form.
  }
  throw corrupt({ seq: 0, field: `blob ${ref.digest}`, expected: 'canonical JSON', found: 'other bytes' });
}

function inlineText(bytes: Uint8Array): string | null {
  if (bytes.length > inlineBytes || !isUtf8(bytes)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return isInline(canonicalJson(text)) ? text : null;
}

function isInline(text: string): boolean {
  return text.length <= inlineBytes && (text.length * 3 <= inlineBytes || Buffer.byteLength(text) <= inlineBytes);
}
