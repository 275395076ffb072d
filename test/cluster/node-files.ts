import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { ImageFile } from './image.ts';
import { checkout } from './tools.ts';

/** Where an image that holds nodeFiles() has Node. */
export const nodePath = '/usr/local/bin/node';

/** The checkout's Node 24 and every library it loads: all that an image needs to run a bundled script, and no shell. */
export async function nodeFiles(): Promise<Record<string, ImageFile>> {
  const node = join(checkout, 'node_modules/node/bin/node');
  if (!existsSync(node)) throw new Error(`${node}: expected the Node that \`npm ci\` installs, found nothing`);
  const libraries = loadedLibraries(await runCommand('ldd', [node]));
  return {
    [nodePath]: { from: node, mode: 0o755 },
    ...Object.fromEntries(libraries.map((path) => [path, { from: path, mode: 0o755 }])),
  };
}

/** The paths that ldd prints: "libm.so.6 => /lib/libm.so.6 (0x...)" and, for the loader, "/lib64/ld-linux.so.2 (0x...)". */
export function loadedLibraries(lddOutput: string): readonly string[] {
  return lddOutput.split('\n').flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
