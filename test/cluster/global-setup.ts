import type { TestProject } from 'vitest/node';
import { joinCluster, startCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig with the contexts admin, alice, bob and carol. */
    readonly kubeconfig: string;
    /** The cluster's folder, for `joinCluster`. */
    readonly clusterDir: string;
  }
}

/** Gives the tests an API server: the cluster this run is inside of, or one of its own that ends with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const surrounding = process.env['ORKET_CLUSTER'] ? joinCluster() : undefined;
  const cluster = surrounding ?? (await startCluster({ size: 'api' }));
  project.provide('clusterDir', cluster.dir);
  project.provide('kubeconfig', surrounding ? cluster.insideKubeconfig : cluster.kubeconfig);
  return async () => {
    if (!surrounding) await cluster.stop();
  };
}
