import { lstat, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OrketError } from '#crds';
import { folderValues, inlineFileOps, readJournal, replaceDurably, type InlineFileOps } from '#runtime';

/**
 * Copies the artifacts of a Session out of its journal into `artifacts/` of its folder, and gives their paths in order
 * of their names. The journal has checked their digests; the copies are for people.
 */
export async function copyArtifacts(dir: string, ops: InlineFileOps = inlineFileOps): Promise<readonly string[]> {
  const paths = new Set<string>();
  const folder = join(dir, 'artifacts');
  const values = folderValues(dir);
  for await (const { kind, record } of readJournal(dir)) {
    if (kind !== 'record') continue;
    values.add(record);
    if (record.type !== 'artifact.written') continue;
    const { name, content, digest } = record.body;
    const bytes = await values.readFile(content, digest);
    if (isPlainName(name)) paths.add(await placeCopy(folder, name, bytes, ops));
  }
  return [...paths].toSorted();
}

/** A name out of a journal that somebody else wrote may be any text; such a one is left where it is. */
function isPlainName(name: string): boolean {
  return name === basename(name) && name !== '.' && name !== '..' && name !== '' && name.length <= 128;
}

/** A link that stands at its place, or at that of the folder, is never written through: what it leads to is not ours. */
async function placeCopy(folder: string, name: string, bytes: Uint8Array, ops: InlineFileOps): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory()) {
    throw new OrketError('Usage', 'the artifacts cannot be copied', {
      at: folder,
      expected: 'a folder',
      found: 'something else in its place',
      remedy: 'Move it away.',
    });
  }
  const path = join(folder, name);
  replaceDurably(path, bytes, ops);
  return path;
}
