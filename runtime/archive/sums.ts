import { createHash } from 'node:crypto';
import type { Digest } from '#crds';
import type { FilePart } from '../journal/source.ts';
import { memberNames, type MemberName } from './archive.ts';

/** `SHA256SUMS`: what `sha256sum --check` reads. */
export function sumsText(digests: ReadonlyMap<MemberName, Digest>): string {
  return [...digests].map(([name, digest]) => `${digest.slice('sha256:'.length)}  ${name}\n`).join('');
}

/** Null for what is no such text. Whether it names what is there is for the caller to check. */
export function readSums(text: string): ReadonlyMap<MemberName, Digest> | null {
  const digests = new Map<MemberName, Digest>();
  for (const line of text.split('\n').slice(0, -1)) {
    const match = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line);
    const name = memberNames.find((one) => one === match?.[2]);
    if (match === null || name === undefined || digests.has(name)) return null;
    digests.set(name, `sha256:${match[1] ?? ''}`);
  }
  return sumsText(digests) === text ? digests : null;
}

const pieceBytes = 1024 * 1024;

/** The bytes of a part of a file in pieces; fewer where the file ends before. */
export async function* piecesOf({ file, from, end }: FilePart): AsyncGenerator<Buffer> {
  for (let at = from; at < end;) {
    const length = Math.min(pieceBytes, end - at);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

export async function digestOfPart(part: FilePart): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(part)) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}
