import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { placeOf, type Resource } from '#crds';
import { isInside } from '#runtime';
import { rootOf } from '#controller';
import type { Terminal } from './terminal.ts';

/** Resources of one work tree, and its root. */
export interface OfRoot {
  readonly root: string;
  readonly resources: readonly Resource[];
}

/** Resources by the path that they came by: what they name of a work tree begins at its root. */
export async function byRoot(
  paths: readonly string[],
  resources: readonly Resource[],
  { cwd, environment }: Pick<Terminal, 'cwd' | 'environment'>,
): Promise<readonly OfRoot[]> {
  const given = paths.map((path) => resolve(cwd, path)).filter((path) => existsSync(path));
  const roots: OfRoot[] = [];
  const left = new Set(resources);
  for (const path of given) {
    const within = [...left].filter((resource) => isInside(path, resolve(cwd, placeOf(resource, '').file)));
    for (const resource of within) left.delete(resource);
    if (within.length > 0) roots.push({ root: await rootOf(path, environment), resources: within });
  }
  return roots;
}
