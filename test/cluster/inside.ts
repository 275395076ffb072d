// The process inside a cluster's namespaces: starts every part and keeps them. When it ends, everything inside ends.
import { mkdirSync } from 'node:fs';
import { apiClient } from './api-client.ts';
import { readFacts, type ClusterFacts } from './facts.ts';
import { listenInside } from './forward.ts';
import { layoutOf, ports, type Layout } from './layout.ts';
import { openStarterChannel } from './messages.ts';
import { makeNetwork } from './network.ts';
import { startPart, type Part } from './part.ts';
import { apiServer } from './parts/api-server.ts';
import { containerd, importImage } from './parts/containerd.ts';
import { controllerManager, scheduler } from './parts/controllers.ts';
import { createDnsService, dns } from './parts/dns.ts';
import { etcd } from './parts/etcd.ts';
import { kubelet } from './parts/kubelet.ts';
import { proxy } from './parts/proxy.ts';
import { makePrivateFolders } from './private-folders.ts';
import { holds } from './size.ts';

const [dir = ''] = process.argv.slice(2);
const channel = openStarterChannel(
  () => {},
  () => process.exit(0),
);

try {
  await startCluster(readFacts(dir));
  channel.send({ event: 'ready', dir });
} catch (error) {
  channel.send({ event: 'failed', text: error instanceof Error ? error.message : String(error) });
}

async function startCluster(facts: ClusterFacts): Promise<void> {
  const layout = layoutOf(facts.dir);
  mkdirSync(layout.logs, { recursive: true });
  await Promise.all([makeNetwork(), holds(facts.size, 'node') ? makePrivateFolders(layout.privateFolders) : undefined]);
  await listenInside(layout.apiSocket, ports.api);

  const images = holds(facts.size, 'node') ? prepareImages(layout, facts) : undefined;
  await Promise.all([start(layout, etcd(layout)), start(layout, apiServer(layout, facts.size))]);
  if (holds(facts.size, 'controllers')) {
    await Promise.all([
      start(layout, controllerManager(layout)),
      start(layout, scheduler(layout)),
      images?.then(() => startNode(layout, facts)),
    ]);
  }
}

/** The container runtime needs no API server: it starts while the others do. */
async function prepareImages(layout: Layout, facts: ClusterFacts): Promise<void> {
  await start(layout, containerd(layout));
  for (const archive of facts.imageArchives) await importImage(layout.containerdSocket, archive);
}

async function startNode(layout: Layout, facts: ClusterFacts): Promise<void> {
  await createDnsService(apiClient(layout.insideKubeconfig));
  await Promise.all([kubelet(layout, facts.id), proxy(layout), dns(layout)].map((part) => start(layout, part)));
}

function start(layout: Layout, part: Part): Promise<void> {
  channel.send({ event: 'progress', text: `starting ${part.name}` });
  return startPart(layout, part, (text) => channel.send({ event: 'progress', text })).ready;
}
