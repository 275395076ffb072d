/** Makes dist/: the bundles of the command line and of the images with their code caches, and what tool hosts load. */
import { join } from 'node:path';
import { buildBundles } from './build-bundles.ts';
import { buildToolHosts } from './build-tool-hosts.ts';
import { makeCodeCaches } from './starter/warm-up.ts';

const dist = join(import.meta.dirname, '..', 'dist');
for (const { path, sizeBytes } of await buildBundles(dist)) {
  process.stderr.write(`build: ${path} ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
}
await buildToolHosts(dist);
makeCodeCaches(dist);
