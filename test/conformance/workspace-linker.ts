import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A thread that puts other things where a file is, without pause: a second name of a file outside, a pipe, a folder, and
 * the file again. Says `ready`, then how often it did, until it is ended.
 */
const { path, outside }: { readonly path: string; readonly outside: string } = workerData;
const flag = new Int32Array(workerData.flag);
const aside = `${path}.aside`;
const pipe = `${path}.pipe`;
execFileSync('mkfifo', [pipe]);

/** Takes its place at once, whatever is there. */
function place(make: () => void): void {
  try {
    make();
    renameSync(aside, path);
  } catch {
    // A folder or a writer stands there just now.
    rmSync(aside, { recursive: true, force: true });
    rmSync(path, { recursive: true, force: true });
  }
}

parentPort?.postMessage('ready');
for (let rounds = 0; Atomics.load(flag, 0) === 0; rounds += 1) {
  place(() => linkSync(outside, aside));
  place(() => linkSync(pipe, aside));
  place(() => mkdirSync(aside));
  place(() => writeFileSync(aside, 'inside'));
  Atomics.store(flag, 1, rounds);
}
