import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Stepper } from './bench.ts';

/** As many bytes as Orket writes for a step. */
const stepBytes = 2700;

/** The least that a durable step can be: what is to happen is written and synced, then what came of it. */
export function bareDisk(folder: string): Stepper {
  return {
    name: 'bare disk: two writes, each with fdatasync',
    run: async (steps) => appendSynced(folder, 2 * steps, stepBytes / 2),
    close: async () => {},
  };
}

/** Appends lines of that many bytes to a new file, each with a sync, and gives the ms that took. */
export function appendSynced(folder: string, count: number, bytes: number): number {
  const fd = openSync(join(folder, 'bare'), 'w');
  const line = Buffer.alloc(bytes, 120);
  const began = performance.now();
  for (let index = 0; index < count; index += 1) {
    writeSync(fd, line);
    fdatasyncSync(fd);
  }
  const elapsed = performance.now() - began;
  closeSync(fd);
  return elapsed;
}
