import { existsSync, readFileSync } from 'node:fs';
import { layoutOf } from './layout.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Size } from './size.ts';

/** What every process that works on a cluster knows of it, kept as cluster.json in its folder. */
export interface ClusterFacts {
  readonly id: string;
  readonly dir: string;
  readonly size: Size;
  /** Folders with the tools, for PATH. */
  readonly toolFolders: readonly string[];
  /** Archives to import before the cluster is ready; the pause image among them. */
  readonly imageArchives: readonly string[];
  /** The process that keeps the namespaces; absent until they exist. */
  readonly namespaces?: ProcessIdentity;
}

/** Reads the facts of the cluster in a folder; throws when there is none. */
export function readFacts(dir: string): ClusterFacts {
  const file = layoutOf(dir).facts;
  if (!existsSync(file))
    throw new Error(`${dir}: expected the folder of a running cluster, found no cluster.json in it`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The name of the cluster's cgroup, in every hierarchy: its pods live below it. */
export function cgroupName(id: string): string {
  return `orket-cluster-${id}`;
}
