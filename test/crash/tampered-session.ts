import fs from 'node:fs';
import { join } from 'node:path';
import { isJsonArray, isJsonObject, parseJson, type JsonObject, type JsonValue } from '#crds';
import { frame } from '../../runtime/journal/framing.ts';
import { bodyText, lineOf } from '../../runtime/journal/line.ts';
import { firstPrev, type BlobRef } from '../../runtime/journal/record.ts';
import { verifyJournal, type Verification } from '../../runtime/journal/verify.ts';
import type { Anchor } from '../../runtime/journal/store.ts';
import { temporaryFolder } from '../conformance/store-samples.ts';

const golden = join(import.meta.dirname, '..', 'conformance', 'golden');

export type FileName = 'journal.jsonl' | 'blobs.pack' | 'bundle.json';

/** A recorded Session of which any file can be changed, verified, and put back. */
export class TamperedSession {
  readonly #dir: string;
  readonly #files: ReadonlyMap<FileName, Buffer>;
  readonly lines: readonly string[];

  constructor(name: string) {
    this.#dir = temporaryFolder();
    const read = (file: FileName): Buffer => {
      const path = join(golden, name, file);
      const bytes = fs.existsSync(path) ? fs.readFileSync(path) : Buffer.alloc(0);
      return file === 'bundle.json' ? Buffer.from(bytes.toString().trimEnd()) : bytes;
    };
    this.#files = new Map((['journal.jsonl', 'blobs.pack', 'bundle.json'] as const).map((file) => [file, read(file)]));
    for (const [file, bytes] of this.#files) fs.writeFileSync(join(this.#dir, file), bytes);
    this.lines = frame(this.bytes('journal.jsonl')).lines;
  }

  bytes(file: FileName): Buffer {
    return this.#files.get(file) ?? Buffer.alloc(0);
  }

  /** The place of a record, as somebody else may have kept it. */
  anchorAt(seq: number): Anchor {
    const record = recordOf(this.lines[seq - 1] ?? '');
    return { seq, head: textOf(record['hash']) };
  }

  /** The record that a byte of the journal is in, its newline included. */
  seqAt(byte: number): number {
    return this.bytes('journal.jsonl').subarray(0, byte).toString('latin1').split('\n').length;
  }

  /** Every blob, with the first record that names it. */
  blobs(): readonly { readonly ref: BlobRef; readonly seq: number }[] {
    const found = new Map<number, { readonly ref: BlobRef; readonly seq: number }>();
    for (const [index, line] of this.lines.entries()) {
      for (const ref of refsIn(recordOf(line)))
        if (!found.has(ref.offset)) found.set(ref.offset, { ref, seq: index + 1 });
    }
    return [...found.values()];
  }

  async verifyWith(file: FileName, bytes: Uint8Array, anchors: readonly Anchor[] = []): Promise<Verification> {
    fs.writeFileSync(join(this.#dir, file), bytes);
    try {
      return await this.verify(anchors);
    } finally {
      fs.writeFileSync(join(this.#dir, file), this.bytes(file));
    }
  }

  verifyLines(lines: readonly string[], anchors: readonly Anchor[] = []): Promise<Verification> {
    return this.verifyWith('journal.jsonl', Buffer.from(lines.map((line) => `${line}\n`).join('')), anchors);
  }

  async verify(anchors: readonly Anchor[] = []): Promise<Verification> {
    const bundle = fs.readFileSync(join(this.#dir, 'bundle.json'), 'utf8');
    return verifyJournal({ from: this.#dir, bundle, anchors: [{ where: 'this machine', anchors }] });
  }

  /** The journal with one body changed by somebody who then made the whole chain fit again. */
  rechained(seq: number, change: (body: JsonObject) => JsonObject): readonly string[] {
    let prev = firstPrev;
    return this.lines.map((line, index) => {
      const record = recordOf(line);
      const body = objectOf(record['body']);
      const changed = index === seq - 1 ? change(body) : body;
      const envelope = {
        seq: Number(record['seq']),
        epoch: Number(record['epoch']),
        prev,
        type: textOf(record['type']),
        path: textOf(record['path']),
        at: textOf(record['at']),
        synced: Number(record['synced']),
      };
      const { text, hash } = lineOf(envelope, bodyText(changed));
      prev = hash;
      return text;
    });
  }
}

/** The value with one leaf changed: the `which`th, counted in order and from the beginning again. */
export function withOtherLeaf(value: JsonObject, which: number): JsonObject {
  const leaves: string[][] = [];
  const collect = (part: JsonValue, at: string[]): void => {
    if (isJsonArray(part)) for (const [index, item] of part.entries()) collect(item, [...at, `${index}`]);
    else if (isJsonObject(part)) for (const [key, member] of Object.entries(part)) collect(member, [...at, key]);
    else if (part !== null) leaves.push(at);
  };
  collect(value, []);
  const at = leaves[which % leaves.length];
  return at === undefined ? { ...value, other: 1 } : objectOf(replaced(value, at));
}

function replaced(value: JsonValue, [key, ...rest]: readonly string[]): JsonValue {
  if (key === undefined) return otherLeaf(value);
  if (isJsonArray(value)) return value.map((item, index) => (`${index}` === key ? replaced(item, rest) : item));
  return isJsonObject(value) ? { ...value, [key]: replaced(value[key] ?? null, rest) } : value;
}

function otherLeaf(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = textOf(value);
  return /[0-9a-f]$/.test(text) ? `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}` : `${text}x`;
}

function* refsIn(value: JsonValue): Generator<BlobRef> {
  if (isJsonArray(value)) for (const item of value) yield* refsIn(item);
  if (!isJsonObject(value)) return;
  const { digest, offset, bytes } = value;
  if (
    typeof offset === 'number' &&
    typeof bytes === 'number' &&
    typeof digest === 'string' &&
    digest.startsWith('sha256:')
  )
    yield { digest: `sha256:${digest.slice(7)}`, offset, bytes };
  else for (const member of Object.values(value)) yield* refsIn(member);
}

function recordOf(line: string): JsonObject {
  return objectOf(parseJson(line));
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
