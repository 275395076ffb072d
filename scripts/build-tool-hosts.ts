import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const checkout = join(import.meta.dirname, '..');

/**
 * Makes in `outDir` what tool hosts load: `tool-host/node.mjs`, `tool.js` (which is also `orket/tool` for whoever writes a
 * module) and the Python package below `python/`. A session process looks for them beside itself.
 */
export async function buildToolHosts(outDir: string): Promise<void> {
  const entries = [
    { from: 'runtime/tools/host/node/main.ts', to: 'tool-host/node.mjs' },
    { from: 'sdk/node/tool.ts', to: 'tool.js' },
  ];
  mkdirSync(outDir, { recursive: true });
  await Promise.all(
    entries.map(({ from, to }) =>
      build({
        entryPoints: [join(checkout, from)],
        outfile: join(outDir, to),
        bundle: true,
        platform: 'node',
        target: 'node24',
        format: 'esm',
        legalComments: 'none',
        logLevel: 'warning',
      }),
    ),
  );
  cpSync(join(checkout, 'sdk/python/orket'), join(outDir, 'python/orket'), {
    recursive: true,
    filter: (path) => !path.endsWith('__pycache__'),
  });
}
