import { renameSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread that swaps pairs of names without pause, as an attacker on the same machine would: each pair is a real
 * folder or file and a link to the outside. Says `ready`, then how often it swapped, until it is ended.
 */
function swap(a: string, b: string): void {
  renameSync(a, `${a}.aside`);
  while (!moved(b, a)) renameSync(a, `${a}.made${made++}`);
  renameSync(`${a}.aside`, b);
}

/** False where a writer made a folder of that name in between. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EISDIR' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

let made = 0;
const pairs: readonly (readonly [string, string])[] = workerData.pairs;
const flag = new Int32Array(workerData.flag);
parentPort?.postMessage('ready');
for (let swaps = 0; Atomics.load(flag, 0) === 0; swaps++) {
  for (const [a, b] of pairs) swap(a, b);
  Atomics.store(flag, 1, swaps);
}
