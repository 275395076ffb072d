/** Makes dist/: the bundles of the command line and of the images, and what tool hosts load. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from './build-bundles.ts';
import { buildToolHosts } from './build-tool-hosts.ts';

const dist = join(import.meta.dirname, '..', 'dist');
for (const { name, path, sizeBytes } of await buildBundles(dist)) {
  if (name === 'orket') chmodSync(path, 0o755);
  process.stderr.write(`build: ${path} ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
}
await buildToolHosts(dist);
