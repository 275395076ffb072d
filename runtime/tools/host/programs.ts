import { dirname, join } from 'node:path';
import type { HostPrograms } from './machine.ts';

/** What hosts are made of, beside the file that a session process runs: its sources, or what was built from them. */
export function programsBeside(main: string): HostPrograms {
  const folder = dirname(main);
  if (!main.endsWith('.ts')) {
    const built = join(folder, 'tool-host');
    return { node: { folder: built, main: 'node.mjs' }, sdk: join(folder, 'tool.js'), python: join(folder, 'python') };
  }
  const sdk = join(folder, '..', 'sdk');
  return {
    node: { folder: join(folder, 'tools', 'host'), main: 'node/main.ts' },
    sdk: join(sdk, 'node', 'tool.ts'),
    python: join(sdk, 'python'),
  };
}
