import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson, digestOfBytes, OrketError, type Digest } from '#crds';
import { systemCode } from '../workspace/refusal.ts';
import { Replacement } from '../journal/durable-file.ts';
import { inlineFileOps, type InlineFileOps } from '../journal/file-ops.ts';
import type { FilePart } from '../journal/source.ts';
import { memberNames, type ArchiveLabel, type MemberName } from './archive.ts';
import { digestOfPart, piecesOf, sumsText } from './sums.ts';
import { endBytes, fillOf, headerOf } from './tar.ts';

/** What goes into an archive. */
export interface ArchiveParts {
  readonly label: ArchiveLabel;
  readonly bundle: string;
  /** Whole lines only. */
  readonly journal: FilePart;
  readonly blobs: FilePart | null;
}

type Content = string | FilePart;

/** Writes an archive as a whole, durably, so that nobody sees half of one. Throws `Usage` where it cannot. */
export async function writeArchive(
  path: string,
  parts: ArchiveParts,
  ops: InlineFileOps = inlineFileOps,
): Promise<{ readonly digest: Digest }> {
  const file = beginArchive(path, ops);
  try {
    await writeMembers(file, await contentsOf(parts));
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
  return { digest: await digestOfWritten(path) };
}

function beginArchive(path: string, ops: InlineFileOps): Replacement {
  try {
    return new Replacement(path, ops);
  } catch (cause) {
    const found = systemCode(cause) || 'an unknown error';
    const detail = { at: path, expected: `a folder that this user may write: ${dirname(path)}`, found };
    throw new OrketError('Usage', 'the archive cannot be written there', detail, cause);
  }
}

async function contentsOf({ label, bundle, journal, blobs }: ArchiveParts): Promise<Map<MemberName, Content>> {
  const found: Partial<Record<MemberName, Content>> = {
    'archive.json': canonicalJson({ archiveVersion: 1, session: { ...label.session } }),
    ...(blobs === null ? {} : { 'blobs.pack': blobs }),
    'bundle.json': bundle,
    'journal.jsonl': journal,
  };
  const digests = new Map<MemberName, Digest>();
  for (const name of memberNames) {
    const content = found[name];
    if (content !== undefined) digests.set(name, await digestOfContent(content));
  }
  const contents = new Map<MemberName, Content>([['SHA256SUMS', sumsText(digests)]]);
  for (const name of memberNames) {
    const content = found[name];
    if (content !== undefined) contents.set(name, content);
  }
  return contents;
}

async function digestOfContent(content: Content): Promise<Digest> {
  return typeof content === 'string' ? digestOfBytes(content) : digestOfPart(content);
}

async function writeMembers(file: Replacement, contents: ReadonlyMap<MemberName, Content>): Promise<void> {
  for (const [name, content] of contents) {
    const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.end - content.from;
    file.write(headerOf({ name, bytes }));
    let written = 0;
    for await (const piece of typeof content === 'string' ? [Buffer.from(content)] : piecesOf(content)) {
      file.write(piece);
      written += piece.length;
    }
    if (written !== bytes)
      throw new OrketError('JournalCorrupt', 'a file became shorter while it was read', { at: name });
    file.write(Buffer.alloc(fillOf(bytes)));
  }
  file.write(Buffer.alloc(endBytes));
}

async function digestOfWritten(path: string): Promise<Digest> {
  const file = await open(path, 'r');
  try {
    return await digestOfPart({ file, from: 0, end: (await file.stat()).size });
  } finally {
    await file.close();
  }
}
