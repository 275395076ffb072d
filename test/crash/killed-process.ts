import { delimiter, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { buildToolHosts } from '../../scripts/build-tool-hosts.ts';
import type { KillPlan } from './kill-plan.ts';

const checkout = join(import.meta.dirname, '../..');

/**
 * Bundles the session process, and beside it what tool hosts load, as they are shipped, but for its disk, which kills it,
 * and for its clock, which may be told. Gives the path of the file.
 */
export async function buildKilledProcess(folder: string): Promise<string> {
  const path = join(folder, 'session.cjs');
  await buildToolHosts(folder);
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
          instead(/\/system-time\.ts$/, 'told-time.ts');
        },
      },
    ],
  });
  return path;
}

/** What such a process is told by its environment; the folder of its plan has `tmp` in it. */
export function environmentOf(root: string, plan: KillPlan): Readonly<Record<string, string>> {
  return {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    TMPDIR: join(plan.dir, 'tmp'),
    NODE_COMPILE_CACHE: join(root, 'compiled'),
    ORKET_KILL_PLAN: JSON.stringify(plan),
  };
}
