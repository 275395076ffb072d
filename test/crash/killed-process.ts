import { join } from 'node:path';
import { build } from 'esbuild';

const checkout = join(import.meta.dirname, '../..');

/**
 * Bundles the session process as it is shipped, but for its disk, which kills it, and for where it finds the programs of
 * tool hosts: here their sources. Gives the path of the file.
 */
export async function buildKilledProcess(folder: string): Promise<string> {
  const path = join(folder, 'session.cjs');
  await build({
    entryPoints: [join(checkout, 'runtime/main.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['node-llama-cpp'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    plugins: [
      {
        name: 'killing-disk',
        setup(bundling) {
          const instead = (filter: RegExp, file: string): void =>
            bundling.onResolve({ filter }, ({ importer }) =>
              importer.startsWith(join(checkout, 'runtime')) ? { path: join(import.meta.dirname, file) } : undefined,
            );
          instead(/\/file-ops\.ts$/, 'killing-disk.ts');
          instead(/\/host\/programs\.ts$/, 'source-programs.ts');
        },
      },
    ],
  });
  return path;
}
