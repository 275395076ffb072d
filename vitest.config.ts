import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Three places a test can run: `unit` beside its source, `host` on this machine with real files, processes and servers,
 * `api` against a real API server, `node` inside the namespaces of a cluster with a real kubelet.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{crds,runtime,controller,cli,scripts}/**/*.test.ts', 'test/bench/{sample,table}.test.ts'],
          testTimeout: 20_000,
          // Unit tests hold no state of a module, so files of one worker share what they import.
          isolate: false,
          maxWorkers: availableParallelism(),
        },
      },
      {
        extends: true,
        test: {
          name: 'host',
          include: ['test/**/*.host.test.ts'],
          // Each makes its own folders, ports and users, and none measures time: files that wait leave the processor to others.
          maxWorkers: availableParallelism(),
          testTimeout: 180_000,
          // Most of what these tests start is the same program from its sources: compiled once, it starts in a third of the time.
          env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache', 'compile') },
        },
      },
      {
        extends: true,
        test: {
          name: 'api',
          include: ['test/**/*.api.test.ts'],
          globalSetup: ['test/cluster/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.node.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
        },
      },
    ],
  },
});
