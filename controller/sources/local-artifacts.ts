import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { folderValues, readJournal } from '#runtime';

/**
 * Copies the artifacts of a Session out of its journal into `artifacts/` of its folder, and gives their paths in order
 * of their names. The journal has checked their digests; the copies are for people.
 */
export async function copyArtifacts(dir: string): Promise<readonly string[]> {
  const paths = new Set<string>();
  const values = folderValues(dir);
  for await (const { kind, record } of readJournal(dir)) {
    if (kind !== 'record') continue;
    values.add(record);
    if (record.type !== 'artifact.written') continue;
    const { name, content, digest } = record.body;
    const path = join(dir, 'artifacts', basename(name));
    await mkdir(join(dir, 'artifacts'), { recursive: true, mode: 0o700 });
    await writeFile(path, await values.readFile(content, digest), { mode: 0o600 });
    paths.add(path);
  }
  return [...paths].toSorted();
}
