import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { packImage } from './image.ts';
import { toolCache } from './tools.ts';

/** What containerd runs to hold a pod's namespaces. */
export const pauseRef = 'orket.dev/pause:1';

const source = join(import.meta.dirname, 'tools/pause/pause.c');

/** Builds the pause image unless the cache has it, and returns the path of its archive. */
export async function pauseImage(): Promise<string> {
  const digest = createHash('sha256').update(process.arch).update(readFileSync(source)).digest('hex');
  const folder = join(toolCache, digest.slice(0, 12));
  const archive = join(folder, 'pause.tar');
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true });
  const [program, unfinished] = [join(folder, 'pause'), join(folder, `pause.${process.pid}.unfinished`)];
  await runCommand('gcc', ['-static', '-O2', '-s', '-Wall', '-Werror', '-o', unfinished, source]);
  renameSync(unfinished, program);
  packImage({
    ref: pauseRef,
    out: archive,
    files: { '/pause': { from: program, mode: 0o755 } },
    entrypoint: ['/pause'],
  });
  return archive;
}
