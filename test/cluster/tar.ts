import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** One entry of an archive. Owner is root, times are zero, so that the same content gives the same bytes. */
export type TarEntry =
  | { readonly path: string; readonly type: 'folder'; readonly mode: number }
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | { readonly path: string; readonly type: 'file'; readonly mode: number; readonly content: TarContent };

/** Bytes, a file of this machine, or chunks of a known total size. */
type TarContent =
  | Uint8Array
  | { readonly from: string }
  | { readonly sizeBytes: number; readonly chunks: () => Iterable<Uint8Array> };

const blockBytes = 512;
const readBytes = 1024 * 1024;
const typeFlags = { file: '0', link: '2', folder: '5', extended: 'x' } as const;

/** The archive as chunks: entries in the given order, then two empty blocks. */
export function* tarChunks(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const entry of entries) {
    yield* headerOf(entry);
    if (entry.type === 'file') {
      yield* contentChunks(entry.content);
      yield padding(contentSize(entry.content));
    }
  }
  yield Buffer.alloc(2 * blockBytes);
}

function contentSize(content: TarContent): number {
  if (content instanceof Uint8Array) return content.byteLength;
  return 'from' in content ? statSync(content.from).size : content.sizeBytes;
}

function* contentChunks(content: TarContent): Generator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else if ('from' in content) yield* fileChunks(content.from);
  else yield* content.chunks();
}

/** Each chunk is a buffer of its own: a consumer may keep it. */
function* fileChunks(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.alloc(readBytes);
      const count = readSync(file, chunk);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

function* headerOf(entry: TarEntry): Generator<Uint8Array> {
  const path = entry.type === 'folder' ? `${entry.path}/` : entry.path;
  const target = entry.type === 'link' ? entry.target : '';
  // The plain header holds 100 bytes of a name; what is longer goes into an extended one (POSIX pax) before it.
  const records: string[] = [];
  if (Buffer.byteLength(path) > 100) records.push(paxRecord('path', path));
  if (Buffer.byteLength(target) > 100) records.push(paxRecord('linkpath', target));
  if (records.length > 0) {
    const data = Buffer.from(records.join(''));
    yield block({ name: 'extended', mode: 0o644, sizeBytes: data.byteLength, flag: typeFlags.extended, target: '' });
    yield data;
    yield padding(data.byteLength);
  }
  const mode = entry.type === 'link' ? 0o777 : entry.mode;
  const sizeBytes = entry.type === 'file' ? contentSize(entry.content) : 0;
  yield block({ name: path, mode, sizeBytes, flag: typeFlags[entry.type], target });
}

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly flag: string;
  readonly target: string;
}

function block(header: Header): Buffer {
  const bytes = Buffer.alloc(blockBytes);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  Buffer.from(header.name).copy(bytes, 0, 0, 100);
  bytes.write(octal(header.mode, 8), 100);
  bytes.write(octal(0, 8), 108); // owner
  bytes.write(octal(0, 8), 116); // group
  bytes.write(octal(header.sizeBytes, 12), 124);
  bytes.write(octal(0, 12), 136); // time
  bytes.write(' '.repeat(8), 148); // the checksum counts itself as spaces
  bytes.write(header.flag, 156);
  Buffer.from(header.target).copy(bytes, 157, 0, 100);
  bytes.write('ustar\x0000', 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts the whole record, its own digits included. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes;
  while (String(length).length + restBytes !== length) length = String(length).length + restBytes;
  return `${length}${rest}`;
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}
