import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** One file for each entry point: what images and the published command line hold beside Node itself. */
export const bundles = {
  orket: { entry: 'cli/main.ts', external: [] },
  session: { entry: 'runtime/main.ts', external: [] },
  // In a pod they log in with their own account: only a kubeconfig needs the large client library.
  controller: { entry: 'controller/main.ts', external: ['@kubernetes/client-node'] },
  gateway: { entry: 'controller/gateway/main.ts', external: ['@kubernetes/client-node'] },
} as const;

export type BundleName = keyof typeof bundles;

export interface BuiltBundle {
  readonly name: BundleName;
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * The command line is a program by itself, started with whatever Node comes first on PATH. An old one would fail somewhere in
 * the middle.
 */
const start = `#!/usr/bin/env node
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write('orket: expected Node 24 or later, found ' + process.versions.node + '\\n  Put one first on PATH: a checkout of Orket has it in node_modules/.bin.\\n');
  process.exit(2);
}`;

const checkout = join(import.meta.dirname, '..');

/**
 * Bundles entry points into `outDir` as `NAME.cjs`. CommonJS, because dependencies call `require` at run time; the library
 * for local models stays outside, as it loads binaries of its own. Throws esbuild's error with file and line.
 */
export async function buildBundles(
  outDir: string,
  names: readonly BundleName[] = ['orket', 'session', 'controller', 'gateway'],
): Promise<readonly BuiltBundle[]> {
  mkdirSync(outDir, { recursive: true });
  return Promise.all(
    names.map(async (name) => {
      const path = join(outDir, `${name}.cjs`);
      await build({
        entryPoints: [join(checkout, bundles[name].entry)],
        outfile: path,
        bundle: true,
        platform: 'node',
        target: 'node24',
        format: 'cjs',
        external: ['node-llama-cpp', ...bundles[name].external],
        define: { 'process.env.NODE_ENV': '"production"' },
        minifyWhitespace: true,
        minifySyntax: true,
        legalComments: 'none',
        ...(name === 'orket' ? { banner: { js: start } } : {}),
        logLevel: 'warning',
      });
      return { name, path, sizeBytes: statSync(path).size };
    }),
  );
}
