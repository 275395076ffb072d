import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  // Pinned by its digest: it stays as it is while tests run.
  const folder = join(root, 'tools');
  cpSync(join(import.meta.dirname, 'tools'), folder, { recursive: true });
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

/** Runs through a list with two at work at a time. */
export async function twoByTwo<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const one = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all([one(), one()]);
}
