import { open, type FileHandle } from 'node:fs/promises';
import { isJsonObject, OrketError, parseJson, type Digest, type JsonValue } from '#crds';
import { isCode } from '../journal/file-ops.ts';
import { partSource, type FilePart } from '../journal/source.ts';
import { maxBundleBytes } from '../replay/recording.ts';
import {
  isSessionName,
  memberNames,
  optionalMembers,
  type Archive,
  type ArchiveLabel,
  type ChangedMember,
  type MemberName,
} from './archive.ts';
import { digestOfPart, readSums } from './sums.ts';
import { blockBytes, endBytes, fillOf, memberOf } from './tar.ts';

/** Members that are read into memory are no longer than this. */
const textBytes: Readonly<Partial<Record<MemberName, number>>> = {
  SHA256SUMS: 4096,
  'archive.json': 4096,
  'bundle.json': maxBundleBytes,
};

/**
 * Opens an archive where it lies: nothing is unpacked, so nothing in it can be a path, a link, or larger than the file.
 * Throws `NotFound`, and `JournalCorrupt` for anything but an archive as `writeArchive` makes it.
 */
export async function openArchive(path: string): Promise<Archive> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    const found = isCode(cause, 'ENOENT') ? 'nothing' : 'a file that cannot be read';
    throw new OrketError('NotFound', 'there is no archive', { at: path, expected: 'a file', found }, cause);
  });
  try {
    return await archiveIn(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function archiveIn(file: FileHandle, path: string): Promise<Archive> {
  const parts = await partsOf(file, path);
  const part = (name: MemberName): FilePart => {
    const found = parts.get(name);
    if (found === undefined) throw refused(path, name, 'the member', 'none');
    return found;
  };
  const text = async (name: MemberName): Promise<string> => textOf(part(name), name, path);
  const sums = readSums(await text('SHA256SUMS'));
  const summed = memberNames.filter((name) => name !== 'SHA256SUMS' && parts.has(name));
  if (sums === null || [...sums.keys()].join() !== summed.join()) {
    throw refused(path, 'SHA256SUMS', `the digests of ${summed.join(', ')}`, 'something else');
  }
  const label = labelIn(await text('archive.json'));
  if (label === null) throw refused(path, 'archive.json', 'which Session it is', 'something else');
  return {
    label,
    source: {
      ...partSource(part('journal.jsonl'), async () => parts.get('blobs.pack') ?? null),
      close: () => file.close(),
    },
    bundle: await text('bundle.json'),
    changedMember: () => firstChanged(sums, part),
    close: () => file.close(),
  };
}

/** Where each member is. Every header has to be one that we write, of a member that we know, in our order. */
async function partsOf(file: FileHandle, path: string): Promise<ReadonlyMap<MemberName, FilePart>> {
  const stat = await file.stat();
  if (!stat.isFile()) throw refused(path, 'the file', 'a regular file', 'another kind');
  const parts = new Map<MemberName, FilePart>();
  let at = 0;
  for (const name of memberNames) {
    const header = await bytesAt(file, at, blockBytes);
    const member = header.length === blockBytes ? memberOf(header) : null;
    if (member?.name !== name && optionalMembers.has(name)) continue;
    if (member?.name !== name) throw refused(path, `offset ${at}`, `the member ${name}`, 'something else');
    const from = at + blockBytes;
    const end = from + member.bytes;
    if (end > stat.size) throw refused(path, name, `${member.bytes} bytes`, `a file of ${stat.size} bytes`);
    await expectZeros(file, end, fillOf(member.bytes), path);
    parts.set(name, { file, from, end });
    at = end + fillOf(member.bytes);
  }
  if (stat.size !== at + endBytes) throw refused(path, `offset ${at}`, 'the end of the archive', 'something else');
  await expectZeros(file, at, endBytes, path);
  return parts;
}

async function expectZeros(file: FileHandle, at: number, length: number, path: string): Promise<void> {
  const bytes = await bytesAt(file, at, length);
  if (bytes.length === length && bytes.every((byte) => byte === 0)) return;
  throw refused(path, `offset ${at}`, `${length} zeros`, 'something else');
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

async function textOf({ file, from, end }: FilePart, name: MemberName, path: string): Promise<string> {
  const most = textBytes[name] ?? 0;
  if (end - from > most) throw refused(path, name, `at most ${most} bytes`, `${end - from} bytes`);
  return (await bytesAt(file, from, end - from)).toString('utf8');
}

async function firstChanged(
  sums: ReadonlyMap<MemberName, Digest>,
  part: (name: MemberName) => FilePart,
): Promise<ChangedMember | null> {
  for (const [name, expected] of sums) {
    const found = await digestOfPart(part(name));
    if (found !== expected) return { name, expected, found };
  }
  return null;
}

function labelIn(text: string): ArchiveLabel | null {
  const value = jsonIn(text);
  if (value === undefined || !isJsonObject(value) || value['archiveVersion'] !== 1) return null;
  const session = value['session'];
  if (session === undefined || !isJsonObject(session)) return null;
  const { name, uid } = session;
  if (!isSessionName(name)) return null;
  // It becomes a part of a path.
  if (typeof uid !== 'string' || !/^[A-Za-z0-9-]{1,64}$/.test(uid)) return null;
  return { archiveVersion: 1, session: { name, uid } };
}

function jsonIn(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function refused(path: string, place: string, expected: string, found: string): OrketError {
  return new OrketError('JournalCorrupt', 'this is no archive of a Session, or it was changed', {
    at: `${path}, ${place}`,
    expected,
    found,
    remedy: 'Export the Session again where it ran.',
  });
}
