import type { FileHandle } from 'node:fs/promises';
import type { SpacePath } from './path.ts';
import { fromSystem, PathRefused } from './refusal.ts';
import { assertPinned, openForRead, type Space } from './space.ts';
import type { FileText } from './workspace.ts';

/** Reads a whole file under the rules of its space. Throws PathRefused, FileNotFound and DomainChanged. */
export async function readBytes(space: Space, path: SpacePath): Promise<Uint8Array> {
  const { opened, stats, segments } = await openForRead(space, path);
  try {
    if (!stats.isFile()) throw new PathRefused(path.text, 'not-a-file');
    const bytes = await readAll(opened.handle, stats.size, path, space.limits.fileBytes);
    assertPinned(space, path, segments, bytes);
    return bytes;
  } catch (error) {
    throw fromSystem(error, path.text);
  } finally {
    await opened.handle.close();
  }
}

/** Reads to the end and no further than the limit, also where the file grows meanwhile. */
async function readAll(handle: FileHandle, sizeBytes: number, path: SpacePath, most: number): Promise<Uint8Array> {
  if (sizeBytes > most) throw new PathRefused(path.text, 'file-too-large');
  const buffer = new Uint8Array(sizeBytes + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  throw new PathRefused(path.text, 'moved');
}

/** A part of a file as text, cut between characters. Throws PathRefused `not-text` where it is not UTF-8. */
export function textOf(
  path: SpacePath,
  file: Uint8Array,
  limit: { readonly offset: number; readonly bytes: number },
): FileText {
  const offset = characterStart(file, Math.min(limit.offset, file.length), 1);
  const wanted = Math.min(offset + limit.bytes, file.length);
  const end = Math.max(offset, characterStart(file, wanted, -1));
  const text = decode(file.subarray(offset, end));
  if (text === null) throw new PathRefused(path.text, 'not-text');
  return { path: path.text, text, offset, bytes: end - offset, sizeBytes: file.length, truncated: end < file.length };
}

/** The next place in a direction where a character begins; bytes that continue one are 10xxxxxx, at most three. */
function characterStart(file: Uint8Array, from: number, direction: 1 | -1): number {
  for (let at = from; at >= 0 && Math.abs(at - from) < 4; at += direction) {
    if (((file[at] ?? 0) & 0xc0) !== 0x80) return at;
  }
  return from;
}

/** The text of UTF-8 bytes as it is, byte order mark included; null where they are something else. */
export function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
