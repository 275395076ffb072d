import type { Problem } from '../problem.ts';
import type { Resource } from '../generated/resources.ts';

/** Where in a file something is; lines and columns count from 1, columns in UTF-16 units. */
export type Place = Pick<Problem, 'file' | 'line' | 'column'>;

/** Finds the place of a path like `spec.roles[0].name`; of what it lacks, the nearest thing that is there. */
export type Locate = (path: string) => Place;

/** The text of a plain scalar at a path, before YAML made a value of it; undefined for whatever else stands there. */
export type Written = (path: string) => string | undefined;

/** What is known of the manifests a resource came with. */
export interface Source {
  readonly locate: Locate;
  readonly written?: Written;
  /** Whether something of that kind and name may be among them after all: it could not be read, or is not valid. */
  readonly mayHold: (kind: string, name: string) => boolean;
}

/**
 * Where resources came from, beside them and not in them: a resource from a file and the same from a cluster are equal,
 * and nothing that is copied, hashed or sent carries the name of a file.
 */
const sources = new WeakMap<Resource, Source>();

export function rememberSource(resource: Resource, source: Source): void {
  sources.set(resource, source);
}

/** The place of a path of a resource; `kind/name` stands for the file of one that came from a cluster. */
export function placeOf(resource: Resource, path: string): Place {
  const source = sources.get(resource);
  if (source !== undefined) return source.locate(path);
  return { file: `${resource.kind.toLowerCase()}/${resource.metadata.name}`, line: 1, column: 1 };
}

/** What stands in the file at a path of a resource, where that is a plain scalar of YAML. */
export function writtenAt(resource: Resource, path: string): string | undefined {
  return sources.get(resource)?.written?.(path);
}

/** Whether what a resource refers to may be there, but broken. That is a problem of its own, told where it is. */
export function mayBeBroken(resource: Resource, kind: string, name: string): boolean {
  return sources.get(resource)?.mayHold(kind, name) ?? false;
}
