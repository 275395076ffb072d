import type { Problem } from '../problem.ts';
import type { Resource } from '../generated/resources.ts';

/** Where in a file something is; lines and columns count from 1, columns in UTF-16 units. */
export type Place = Pick<Problem, 'file' | 'line' | 'column'>;

/** Finds the place of a path like `spec.roles[0].name`; of what it lacks, the nearest thing that is there. */
export type Locate = (path: string) => Place;

/**
 * Where resources came from, beside them and not in them: a resource from a file and the same from a cluster are equal,
 * and nothing that is copied, hashed or sent carries the name of a file.
 */
const sources = new WeakMap<Resource, Locate>();

export function rememberSource(resource: Resource, locate: Locate): void {
  sources.set(resource, locate);
}

/** The place of a path of a resource; `kind/name` stands for the file of one that came from a cluster. */
export function placeOf(resource: Resource, path: string): Place {
  const locate = sources.get(resource);
  if (locate !== undefined) return locate(path);
  return { file: `${resource.kind.toLowerCase()}/${resource.metadata.name}`, line: 1, column: 1 };
}
