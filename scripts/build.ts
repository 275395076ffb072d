/** Makes dist/: the bundles of the command line and of the images. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from './build-bundles.ts';

for (const { name, path, sizeBytes } of await buildBundles(join(import.meta.dirname, '..', 'dist'))) {
  if (name === 'orket') chmodSync(path, 0o755);
  process.stderr.write(`build: ${path} ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
}
