import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { ConfigMap } from '../../controller/gateway/authority-map.ts';
import { kubeClient, type KubeClient, type WatchOptions } from '../../controller/kube/client.ts';
import { systemClock } from '../../controller/kube/clock.ts';
import { EventRecorder, events, type KubeEvent } from '../../controller/kube/events.ts';
import { kubeconfigConnection } from '../../controller/kube/kubeconfig.ts';
import { leases, whileLeading } from '../../controller/kube/leader.ts';
import { Reflector } from '../../controller/kube/reflector.ts';
import type { KubeResource } from '../../controller/kube/resource.ts';
import { Store } from '../../controller/kube/store.ts';
import { transport, type Transport } from '../../controller/kube/transport.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';

const configMaps: KubeResource<ConfigMap> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
const labels = { test: 'kube' };
const cluster = joinCluster(inject('clusterDir'));
const reporter = { controller: 'orket.dev/controller', instance: 'test', apiVersion: 'v1' };
const fact = { type: 'Normal', reason: 'SessionCreated', action: 'Run', message: 'Created it' } as const;
let http: Transport;
let client: KubeClient;

beforeAll(async () => {
  http = transport(await kubeconfigConnection(inject('kubeconfig'), 'admin'), 'orket-test');
  client = kubeClient(http, systemClock);
});
afterAll(() => http.close());

/** The client, telling what a reflector asks of it and able to cut its watches. */
function watched(changeWatch: (options: WatchOptions, count: number) => WatchOptions = (options) => options) {
  const lists: string[] = [];
  const watches: { readonly version: string; readonly body: IncomingMessage }[] = [];
  const spied: KubeClient = {
    ...client,
    list: (resource, scope, page) => {
      lists.push(page.next ?? 'first');
      return client.list(resource, scope, page);
    },
    watch: async (resource, scope, options) => {
      const asked = changeWatch(options, watches.length);
      const answer = await client.watch(resource, scope, asked);
      watches.push({ version: asked.resourceVersion, body: answer.body });
      return answer;
    },
  };
  return { client: spied, lists, watches };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`expected within 20 s: ${what}`);
  }
}

async function reflecting(
  title: string,
  spy: ReturnType<typeof watched>,
  work: (store: Store<ConfigMap>, namespace: string) => Promise<void>,
  watchSeconds = 300,
): Promise<void> {
  await namespaced(cluster, title, async (namespace) => {
    const stop = new AbortController();
    const store = new Store<ConfigMap>();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await client.create(configMaps, { metadata: { namespace, name, labels } });
    const reflector = new Reflector({
      client: spy.client,
      clock: systemClock,
      resource: configMaps,
      scope: { namespace, labelSelector: 'test=kube' },
      store,
      pageSize: 2,
      watchSeconds,
      onTrouble: () => {},
    });
    const ended = reflector.run(stop.signal);
    await reflector.synced;
    try {
      await work(store, namespace);
    } finally {
      stop.abort();
      await ended;
    }
  });
}

test('lists page by page, then follows what is created, changed and deleted', async () => {
  const spy = watched();
  await reflecting('reflector', spy, async (store, namespace) => {
    expect(spy.lists).toHaveLength(3);
    expect([...store.values()].map(({ metadata }) => metadata.name).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await client.create(configMaps, { metadata: { namespace, name: 'f', labels } });
    await client.apply(
      configMaps,
      { metadata: { namespace, name: 'a', labels }, data: { k: 'v' } },
      { fieldManager: 'test' },
    );
    await client.remove(configMaps, namespace, 'b');
    await until(
      'all three changes',
      () =>
        store.get(namespace, 'f') !== undefined &&
        store.get(namespace, 'a')?.data?.['k'] === 'v' &&
        store.get(namespace, 'b') === undefined,
    );
  });
});

test('goes on from where a killed watch stopped, without another list', async () => {
  const spy = watched();
  await reflecting('killed-watch', spy, async (store, namespace) => {
    await until('a watch', () => spy.watches.length === 1);
    await client.create(configMaps, { metadata: { namespace, name: 'before', labels } });
    await until('a change', () => store.get(namespace, 'before') !== undefined);
    spy.watches[0]?.body.destroy(new Error('killed'));
    await client.create(configMaps, { metadata: { namespace, name: 'while-away', labels } });
    await until('what happened in between', () => store.get(namespace, 'while-away') !== undefined);
    expect(spy.lists).toHaveLength(3);
    expect(spy.watches[1]?.version).toBe(store.get(namespace, 'before')?.metadata.resourceVersion);
  });
});

test('lists anew when the server has forgotten the version, and drops what went in between', async () => {
  await namespaced(cluster, 'expired', async (namespace) => {
    // Events are the resource that the API server watches in etcd itself, which forgets when told to.
    const spy = watched((options, count) => (count === 0 ? { ...options, resourceVersion: '1' } : options));
    const recorder = new EventRecorder({ client, clock: systemClock, ...reporter });
    const tell = (message: string) =>
      recorder.record({ kind: 'ConfigMap', namespace, name: 'thing', uid: 'uid' }, { ...fact, message });
    await tell('first');
    await tell('second');
    const { resourceVersion } = await client.list(events, { namespace }, { limit: 1 });
    await compact(Number(resourceVersion));
    const stop = new AbortController();
    const store = new Store<KubeEvent>();
    const scope = { namespace };
    const ended = new Reflector({
      client: spy.client,
      clock: systemClock,
      resource: events,
      scope,
      store,
      onTrouble: () => {},
    }).run(stop.signal);
    await until('a second list', () => spy.lists.length === 2);
    await until('a watch that holds', () => spy.watches.length === 1 && store.size === 2);
    const [gone] = store.values();
    await client.remove(events, namespace, gone?.metadata.name ?? '');
    await until('a change', () => store.size === 1);
    stop.abort();
    await ended;
  });
});

/** Makes etcd forget what was before a revision. */
async function compact(revision: number): Promise<void> {
  const script = `fetch('http://127.0.0.1:2379/v3/kv/compaction', { method: 'POST', body: '{"revision": ${revision}, "physical": true}' })
    .then((answer) => process.exit(answer.ok ? 0 : 1))`;
  const { exitCode } = await cluster.exec(process.execPath, ['--eval', script], { stdio: 'capture' });
  expect(exitCode).toBe(0);
}

test('keeps its version young by bookmarks while nothing happens to its own objects', async () => {
  const spy = watched();
  await reflecting(
    'bookmarks',
    spy,
    async (_, namespace) => {
      const elsewhere = `${namespace}-2`;
      await cluster.kubectl(['create', 'namespace', elsewhere]);
      await client.create(configMaps, { metadata: { namespace: elsewhere, name: 'noise' } });
      await until('the next watch', () => spy.watches.length >= 2);
      expect(Number(spy.watches[1]?.version)).toBeGreaterThan(Number(spy.watches[0]?.version));
      expect(spy.lists).toHaveLength(3);
      await cluster.kubectl(['delete', 'namespace', elsewhere, '--wait=false']);
    },
    3,
  );
});

test('tells apart what is there, gone, changed by others and forbidden', async () => {
  await namespaced(cluster, 'client', async (namespace) => {
    const metadata = { namespace, name: 'one' };
    const created = await client.create(configMaps, { metadata });
    expect(await client.create(configMaps, { metadata })).toBeNull();
    expect(await client.get(configMaps, namespace, 'two')).toBeNull();
    expect(await client.remove(configMaps, namespace, 'one', { uid: 'another' })).toBe(false);
    expect(await client.remove(configMaps, namespace, 'two')).toBe(false);
    await client.replace(configMaps, { metadata: { ...created?.metadata }, data: { a: '1' } });
    await expect(
      client.replace(configMaps, { metadata: { ...created?.metadata }, data: { a: '2' } }),
    ).rejects.toMatchObject({ reason: 'Conflict' });
    await expect(client.create(configMaps, { metadata: { namespace, name: 'NO' } })).rejects.toMatchObject({
      reason: 'Rejected',
    });
    const bob = transport(await kubeconfigConnection(inject('kubeconfig'), 'bob'), 'orket-test');
    await expect(kubeClient(bob, systemClock).get(configMaps, namespace, 'one')).rejects.toMatchObject({
      reason: 'Forbidden',
    });
    bob.close();
  });
});

test('lets one lead at a time, and the next as soon as the first lets go', async () => {
  await namespaced(cluster, 'lease', async (namespace) => {
    const leading: string[] = [];
    const elect = (identity: string, signal: AbortSignal) =>
      whileLeading(
        {
          client,
          clock: systemClock,
          namespace,
          name: 'lease',
          identity,
          leaseMs: 2000,
          renewMs: 1500,
          retryMs: 100,
          onTrouble: () => {},
        },
        async (mine) => {
          leading.push(identity);
          await new Promise((resolve) => mine.addEventListener('abort', resolve));
          leading.splice(leading.indexOf(identity), 1);
        },
        signal,
      );
    const [first, second] = [new AbortController(), new AbortController()];
    const one = elect('one', first.signal);
    await until('one leads', () => leading.length === 1);
    const two = elect('two', second.signal);
    await sleep(1000);
    expect(leading).toEqual(['one']);
    first.abort();
    await one;
    const began = Date.now();
    await until('two leads', () => leading[0] === 'two');
    expect(Date.now() - began).toBeLessThan(1500);

    // Somebody takes the Lease away: work stops.
    const lease = await client.get(leases, namespace, 'lease');
    const stolen = { ...lease?.spec, holderIdentity: 'thief', renewTime: '2100-01-01T00:00:00.000000Z' };
    await client.apply(leases, { metadata: { namespace, name: 'lease' }, spec: stolen }, { fieldManager: 'thief' });
    await two;
    expect(leading).toEqual([]);
    expect(second.signal.aborted).toBe(false);
  });
});

test('tells a fact once and counts it when it comes back', async () => {
  await namespaced(cluster, 'events', async (namespace) => {
    const recorder = new EventRecorder({ client, clock: systemClock, ...reporter });
    const about = { kind: 'ConfigMap', namespace, name: 'thing', uid: 'uid-1' };
    for (let count = 0; count < 5; count += 1) await recorder.record(about, fact);
    await recorder.record(about, { ...fact, message: 'Created another' });
    const { items } = JSON.parse(await cluster.kubectl(['-n', namespace, 'get', 'events.events.k8s.io', '-o', 'json']));
    expect(
      items.map(({ note, series }: { note: string; series?: { count: number } }) => [note, series?.count]).toSorted(),
    ).toEqual([
      ['Created another', undefined],
      ['Created it', 4],
    ]);
    expect(items[0]).toMatchObject({
      reportingController: 'orket.dev/controller',
      regarding: { kind: 'ConfigMap', uid: 'uid-1' },
    });
  });
});
