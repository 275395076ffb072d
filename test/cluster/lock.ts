import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs `work` while holding the lock file, one holder at a time on this machine. The kernel releases the lock when
 * this process ends, however it ends. `onWait` is called with the seconds waited, every `everyMs`.
 */
export async function withLock<T>(
  path: string,
  onWait: (seconds: number) => void,
  work: () => Promise<T>,
  everyMs = 20_000,
): Promise<T> {
  const since = Date.now();
  const heartbeat = setInterval(() => onWait(Math.round((Date.now() - since) / 1000)), everyMs);
  // flock keeps the lock for as long as its command runs, and cat runs until this process lets go of the pipe.
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(() => Promise.reject(new Error(`cannot lock ${path}`))),
    ]);
    clearInterval(heartbeat);
    return await work();
  } finally {
    clearInterval(heartbeat);
    holder.stdin.end();
    await ended;
  }
}
