import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { placeOf, type Problem, type Resource } from '#crds';
import { isInside } from '#runtime';
import { pathProblems, rootOf } from '#controller';
import type { Terminal } from './terminal.ts';

/** What resources name of the work tree they are in and is not there: each would end a run of the path it came by. */
export async function missingPaths(
  paths: readonly string[],
  resources: readonly Resource[],
  { cwd, environment }: Pick<Terminal, 'cwd' | 'environment'>,
): Promise<readonly Problem[]> {
  const given = paths.map((path) => resolve(cwd, path)).filter((path) => existsSync(path));
  const problems: Problem[] = [];
  const left = new Set(resources);
  for (const path of given) {
    const within = [...left].filter((resource) => isInside(path, resolve(cwd, placeOf(resource, '').file)));
    for (const resource of within) left.delete(resource);
    if (within.length > 0) problems.push(...pathProblems(within, await rootOf(path, environment)));
  }
  return problems;
}
