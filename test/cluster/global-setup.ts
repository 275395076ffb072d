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

/** Gives the tests an API server: the cluster that ORKET_CLUSTER names, or one of its own that ends with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['ORKET_CLUSTER'] ? joinCluster() : undefined;
  const cluster = running ?? (await startCluster({ size: 'api' }));
  project.provide('clusterDir', cluster.dir);
  project.provide('kubeconfig', cluster.kubeconfig);
  return async () => {
    if (!running) await cluster.stop();
  };
}
