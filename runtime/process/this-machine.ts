import { release, tmpdir } from 'node:os';
import type { Machine } from '../tools/host/machine.ts';
import { openOwnFolder } from '../tools/host/own-folder.ts';
import { programsBeside } from '../tools/host/programs.ts';

/** This machine as tool hosts use it, with a folder for them that `remove` takes away. `main` is the file of a session process, `searchPath` as in `PATH`. */
export async function openMachine(
  main: string,
  searchPath: string,
): Promise<{ readonly machine: Machine; readonly remove: () => Promise<void> }> {
  const userId = process.getuid?.() ?? null;
  const folder = await openOwnFolder({ temporary: tmpdir(), userId });
  const machine: Machine = {
    platform: process.platform,
    release: release(),
    userId,
    processId: process.pid,
    node: process.execPath,
    searchPath,
    temporary: folder.path,
    programs: programsBeside(main),
  };
  return { machine, remove: () => folder.remove() };
}
