import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { treeOf } from '#runtime';
import { EffectServer } from './effect-server.ts';
import type { Places } from './killed-bundles.ts';
import { buildKilledProcess } from './killed-process.ts';
import type { Rig } from './killed-session.ts';

export interface CrashRig extends Rig {
  readonly places: Places;
  stop(): Promise<void>;
}

/** The server, the process and the code of tools for a file of tests. */
export async function startCrashRig(): Promise<CrashRig> {
  const root = mkdtempSync(join(tmpdir(), 'orket-crash-'));
  // Tools run as other users and have to reach their code.
  chmodSync(root, 0o755);
  const server = new EffectServer(join(root, 'done'));
  await server.start();
  const folder = join(root, 'tools');
  await makeTools(folder);
  const { digest: tree } = await treeOf(folder);
  return {
    root,
    program: await buildKilledProcess(root),
    server,
    toolFolders: { [tree]: folder },
    places: { port: server.port, tree },
    async stop() {
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Tools that have something done outside. Pinned by the digest of their folder, they stay as they are while tests run. */
async function makeTools(folder: string): Promise<void> {
  const source = join(import.meta.dirname, 'tools');
  mkdirSync(folder);
  cpSync(join(source, 'effects.py'), join(folder, 'effects.py'));
  // A host that strips types takes half as long again to start.
  await build({ entryPoints: [join(source, 'effects.ts')], outfile: join(folder, 'effects.js'), format: 'esm' });
}

/** Runs through a list with a few at work at a time: one more than there are processors, because each waits for its disk. */
export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const one = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, one));
}
