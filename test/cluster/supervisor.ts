// The process that keeps a cluster: it outlives a crash of whoever started it, and takes everything down then.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCgroup } from './cgroups.ts';
import { makeCertificates } from './certificates.ts';
import { writeCredentials } from './credentials.ts';
import { cgroupName, networkOf, type ClusterFacts } from './facts.ts';
import { listenOutside } from './forward.ts';
import { layoutOf, type Layout } from './layout.ts';
import { channelDescriptor, openChannel, openStarterChannel, type Channel, type Message } from './messages.ts';
import { inNewNamespaces } from './namespaces.ts';
import { identify } from './process-identity.ts';
import { holds } from './size.ts';
import { clusterPrefix, clusterRoot, idOf, removeCluster, sweepDeadClusters } from './sweep.ts';

/** What the starter asks for, as the one argument. */
export type ClusterOrder = Pick<ClusterFacts, 'size' | 'toolFolders' | 'imageArchives'>;

let stays = false;
let inside: { readonly process: ChildProcess; readonly channel: Channel } | undefined;
let layout: Layout | undefined;
let ending: Promise<void> | undefined;

const starter = openStarterChannel(
  (message) => (stays ||= message.event === 'stay'),
  () => stays || void end(),
);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());

try {
  const order: ClusterOrder = JSON.parse(process.argv[2] ?? '');
  await sweepDeadClusters();
  await start(order);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

async function start(order: ClusterOrder): Promise<void> {
  const dir = mkdtempSync(join(clusterRoot, clusterPrefix));
  const made = layoutOf(dir);
  writeFileSync(made.owner, JSON.stringify(identify(process.pid)));
  layout = made;
  const facts: ClusterFacts = { id: idOf(dir), dir, ...order };
  writeFacts(made, facts);
  const [port] = await Promise.all([listenOutside(made.apiSocket), makeCertificates(made)]);
  if (ending) return;
  writeCredentials(made, port);
  if (holds(order.size, 'node')) makeCgroup(cgroupName(facts.id));

  const [command = '', ...args] = inNewNamespaces([process.execPath, join(import.meta.dirname, 'inside.ts'), dir]);
  const PATH = [...order.toolFolders, process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
  const child = spawn(command, args, { env: { ...process.env, PATH }, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code) => fail(`the namespaces ended with exit code ${code}`));
  const pid = child.pid ?? 0;
  const namespaces = identify(pid);
  if (namespaces) writeFacts(made, { ...facts, namespaces });
  const pass = (message: Message) => {
    if (message.event === 'failed') return fail(message.text);
    if (message.event === 'ready' && namespaces) writeFacts(made, { ...facts, namespaces, network: networkOf(pid) });
    starter.send(message);
  };
  inside = { process: child, channel: openChannel(child.stdio[channelDescriptor] as Socket, pass, () => {}) };
}

function fail(text: string): void {
  if (ending) return;
  starter.send({ event: 'failed', text });
  void end();
}

/** Takes everything down, once. The inside ends when its channel closes, and the kernel ends whatever it had started. */
function end(): Promise<void> {
  return (ending ??= (async () => {
    if (inside && inside.process.exitCode === null && inside.process.signalCode === null) {
      const exit = once(inside.process, 'exit');
      inside.channel.close();
      const gone = await Promise.race([exit.then(() => true), sleep(5_000, false)]);
      if (!gone) {
        inside.process.kill('SIGKILL');
        await exit;
      }
    }
    if (layout) await removeCluster(layout.dir);
    process.exit(0);
  })());
}

/** Written whole or not at all: others read it at any time. */
function writeFacts({ facts: file }: Layout, facts: ClusterFacts): void {
  writeFileSync(`${file}.unfinished`, JSON.stringify(facts, null, 2));
  renameSync(`${file}.unfinished`, file);
}
