import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './build.ts';
import { isInside, readFacts } from './facts.ts';
import { layoutOf } from './layout.ts';
import { channelDescriptor, openChannel } from './messages.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import type { ClusterOrder } from './supervisor.ts';
import { removeCluster } from './sweep.ts';

const stopWithinMs = 30_000;

/** Starts the process that keeps a cluster and waits for the cluster. Returns the cluster's folder. */
export async function startSupervisor(
  order: ClusterOrder,
  { report, stays }: { readonly report: Report; readonly stays: boolean },
): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.ts'), JSON.stringify(order)], {
    detached: true, // what ends this process's group must not end it
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exit = once(child, 'exit');
  const socket = child.stdio[channelDescriptor] as Socket;
  const dir = await new Promise<string>((resolve, reject) => {
    let failure: string | undefined;
    const channel = openChannel(
      socket,
      (message) => {
        if (message.event === 'progress') report(message.text);
        if (message.event === 'failed') failure = message.text;
        if (message.event === 'ready') {
          if (stays) channel.send({ event: 'stay' });
          resolve(message.dir);
        }
      },
      () => {},
    );
    // What it had started is gone when it ends.
    exit.then(
      () => reject(new Error(['the cluster did not start:', failure, errors].filter(Boolean).join('\n'))),
      reject,
    );
  });
  // From here on the cluster is no reason for this process to go on; when it ends, the supervisor sees the channel close.
  child.unref();
  socket.unref();
  (child.stderr as Socket | null)?.unref();
  return dir;
}

/** Ends the process that keeps the cluster and waits until all of the cluster is gone. */
export async function stopSupervisor(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  if (isInside(readFacts(dir))) throw new Error('a cluster cannot be stopped from inside itself');
  const owner: ProcessIdentity = JSON.parse(readFileSync(layoutOf(dir).owner, 'utf8'));
  const deadline = Date.now() + stopWithinMs;
  if (isRunning(owner)) process.kill(owner.pid, 'SIGTERM');
  while (isRunning(owner)) {
    if (Date.now() > deadline)
      throw new Error(`process ${owner.pid}, which keeps ${dir}, did not end in ${stopWithinMs / 1000} s`);
    await sleep(20);
  }
  // It leaves the folder when it could not remove something: try once more, and fail with what stands in the way.
  if (existsSync(dir)) await removeCluster(dir);
}
