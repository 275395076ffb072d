import { readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { kubeClient, type KubeClient } from '../../controller/kube/client.ts';
import { kubeconfigConnection } from '../../controller/kube/kubeconfig.ts';
import type { KubeObject, KubeResource } from '../../controller/kube/resource.ts';
import { pathOf } from '../../controller/kube/resource.ts';
import { transport } from '../../controller/kube/transport.ts';
import { watchEvents } from '../../controller/kube/watch.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { installOrket } from '../e2e/install.ts';
import type { Bench } from './bench.ts';
import { sampleOf } from './sample.ts';
import { atMost, type Row } from './table.ts';

interface Seen extends KubeObject {
  readonly status?: { readonly phase?: string };
}

const pods: KubeResource<Seen> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' };
const sessions: KubeResource<Seen> = { group: 'orket.dev', version: 'v1alpha1', kind: 'Session', plural: 'sessions' };

/** When each thing was first seen, in ms since the apply began. */
type Moments = Map<string, number>;

export const cluster: Bench = {
  name: 'cluster',
  title: 'On a cluster',
  needsBundles: false,
  notes: [
    '01-hello on a real node, from `kubectl apply` to the status of its Session, as a watcher outside sees it. The first run of all is not counted. The parts of the cluster are built once, which takes minutes.',
  ],
  measure: ({ pick }) => clusterRows(pick(5, 1)),
};

async function clusterRows(runs: number): Promise<readonly Row[]> {
  const cluster = await startCluster({ size: 'node' });
  try {
    await installOrket(cluster);
    const client = kubeClient(transport(await kubeconfigConnection(cluster.kubeconfig), 'orket-bench'), {
      now: Date.now,
      random: Math.random,
      schedule: (ms, work) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    });
    const measured: Moments[] = [];
    for (let index = 0; index <= runs; index += 1) measured.push(await once(cluster, client, `bench-${index}`));
    return rowsOf(measured.slice(1));
  } finally {
    await cluster.stop();
  }
}

function rowsOf(measured: readonly Moments[]): readonly Row[] {
  const between = (from: string, to: string): number[] =>
    measured.map((moments) => Math.max(0, (moments.get(to) ?? Number.NaN) - (moments.get(from) ?? 0)));
  const row = (what: string, values: readonly number[], barMs?: number): Row => {
    const sample = sampleOf(values);
    return {
      what,
      sample,
      unit: 'ms',
      bar: barMs === undefined ? null : atMost(barMs, sample.p99, 'ms'),
    };
  };
  return [
    row('`kubectl apply` of 01-hello (settleSeconds 0) to its Session', between('apply', 'session')),
    row('Session to its pod running', between('session', 'Pod Running')),
    row('pod end to final Session status', between('Pod Succeeded', 'Session Succeeded'), 1000),
    row('`kubectl apply` to final Session status', between('apply', 'Session Succeeded')),
  ];
}

async function once(cluster: Cluster, client: KubeClient, namespace: string): Promise<Moments> {
  await cluster.kubectl(['create', 'namespace', namespace]);
  const stop = new AbortController();
  const moments: Moments = new Map();
  let began = Number.NaN;
  const see = (what: string): void => {
    if (!moments.has(what)) moments.set(what, performance.now() - began);
  };
  const watching = [pods, sessions].map((resource) => watch(client, resource, namespace, see, stop.signal));
  const manifest = readFileSync('examples/01-hello/hello.yaml', 'utf8').replace(
    'onChange: {}',
    'onChange: { settleSeconds: 0 }',
  );
  began = performance.now();
  moments.set('apply', 0);
  await cluster.kubectl(['apply', '-n', namespace, '-f', '-'], { input: manifest });
  while (!moments.has('Session Succeeded') || !moments.has('Pod Succeeded')) {
    if (performance.now() - began > 120_000)
      throw new Error(`the Session did not end: ${[...moments.keys()].join(', ')}`);
    await later(20);
  }
  stop.abort();
  await Promise.allSettled(watching);
  await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  return moments;
}

async function watch(
  client: KubeClient,
  resource: KubeResource<Seen>,
  namespace: string,
  see: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { resourceVersion } = await client.list(resource, { namespace }, { limit: 1 });
  const answer = await client.watch(resource, { namespace }, { resourceVersion, timeoutSeconds: 300, signal });
  for await (const event of watchEvents<Seen>(answer, pathOf(resource, namespace), 120_000)) {
    if (event.type !== 'changed') continue;
    if (resource.kind === 'Session') see('session');
    const phase = event.object.status?.phase;
    if (phase !== undefined) see(`${resource.kind} ${phase}`);
  }
}
