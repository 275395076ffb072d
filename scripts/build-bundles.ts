import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { checksMade } from './starter/made-checks.ts';
import { clientLibrary, clientLibraryBeside, programFrame, takenFromOutside } from './starter/outside.ts';
import { besideStarter } from './starter/program.ts';

/** One program for each entry point: what images and the published command line hold beside Node itself. */
export const bundles = {
  orket: { entry: 'cli/main.ts', external: [], isStarted: true },
  session: { entry: 'runtime/main.ts', external: [], isStarted: true },
  // They start once and stay. In a pod they log in with their own account: only a kubeconfig needs the client library.
  controller: { entry: 'controller/main.ts', external: [clientLibrary], isStarted: false },
  gateway: { entry: 'controller/gateway/main.ts', external: [clientLibrary], isStarted: false },
} as const;

export type BundleName = keyof typeof bundles;

export interface BuiltBundle {
  readonly name: BundleName;
  /** What Node is started with. */
  readonly path: string;
  /** Of the program. */
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
 * for local models stays outside, as it loads binaries of its own. What is started for every Session is a starter and its
 * program, so that a code cache can lie beside them. Throws esbuild's error with file and line.
 */
export async function buildBundles(
  outDir: string,
  names: readonly BundleName[] = ['orket', 'session', 'controller', 'gateway'],
): Promise<readonly BuiltBundle[]> {
  mkdirSync(outDir, { recursive: true });
  return Promise.all(
    names.map(async (name) => {
      const path = join(outDir, `${name}.cjs`);
      const program = bundles[name].isStarted ? besideStarter(path).program : path;
      await Promise.all([
        bundle(program, {
          entryPoints: [join(checkout, bundles[name].entry)],
          external: ['node-llama-cpp', ...bundles[name].external],
          ...(bundles[name].isStarted ? { ...programFrame, plugins: [takenFromOutside, checksMade] } : {}),
        }),
        ...(bundles[name].isStarted ? [bundleStarter(name, path)] : []),
        ...(name === 'orket' ? [bundleClientLibrary(outDir)] : []),
      ]);
      return { name, path, sizeBytes: statSync(program).size };
    }),
  );
}

async function bundleStarter(name: BundleName, path: string): Promise<void> {
  await bundle(path, {
    entryPoints: [join(checkout, 'scripts/starter/starter.ts')],
    define: { 'import.meta.filename': '__filename' },
    ...(name === 'orket' ? { banner: { js: start } } : {}),
  });
  if (name === 'orket') chmodSync(path, 0o755);
}

async function bundleClientLibrary(outDir: string): Promise<void> {
  await bundle(join(outDir, clientLibraryBeside), {
    stdin: { contents: `export { KubeConfig } from '${clientLibrary}';`, resolveDir: checkout },
  });
}

async function bundle(outfile: string, options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await build({
    outfile,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  });
  for (const { path, text } of outputFiles) writeFileSync(path, inAscii(text));
}

/** esbuild escapes what is beyond ASCII everywhere but in regular expressions, where an escape means the same. */
function inAscii(text: string): string {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
