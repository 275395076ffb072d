import { renameSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread that swaps pairs of names without pause, as an attacker on the same machine would: each pair is a real
 * folder or file and a link to the outside. Says `ready`, then how often it swapped, until it is ended.
 */
function swap(a: string, b: string, round: number): void {
  renameSync(a, `${a}.aside`);
  try {
    renameSync(b, a);
  } catch {
    // A writer made a folder of that name in between: out of the way with it.
    renameSync(a, `${a}.made${round}`);
    renameSync(b, a);
  }
  renameSync(`${a}.aside`, b);
}

const pairs: readonly (readonly [string, string])[] = workerData.pairs;
const flag = new Int32Array(workerData.flag);
parentPort?.postMessage('ready');
for (let swaps = 0; Atomics.load(flag, 0) === 0; swaps++) {
  for (const [a, b] of pairs) swap(a, b, swaps);
  Atomics.store(flag, 1, swaps);
}
