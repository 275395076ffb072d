import { KubeConfig, Watch } from '@kubernetes/client-node';
import { expect, inject, test } from 'vitest';
import { joinCluster } from './cluster.ts';
import { namespaced } from './namespaced.ts';

const cluster = joinCluster(inject('clusterDir'));

test('refuses bob, and lets alice do what a role binding allows her', async () => {
  await namespaced(cluster, 'roles', async (namespace) => {
    const inNamespace = ['--namespace', namespace];
    await cluster.kubectl([...inNamespace, 'create', 'role', 'writer', '--verb=create', '--resource=configmaps']);
    await cluster.kubectl([...inNamespace, 'create', 'rolebinding', 'alice-writes', '--role=writer', '--user=alice']);
    const create = [...inNamespace, 'create', 'configmap', 'note', '--from-literal=text=hello'];

    await expect(cluster.kubectl(create, { as: 'bob' })).rejects.toThrow(
      /User "bob" cannot create resource "configmaps"/,
    );
    await expect(cluster.kubectl(create, { as: 'alice' })).resolves.toContain('configmap/note created');
  });
});

test('knows that alice and bob are in group dev and carol is not', async () => {
  const groups = ['-o', 'jsonpath={.status.userInfo.groups}'];
  const whoAmI = (as: string) => cluster.kubectl(['auth', 'whoami', ...groups], { as });

  expect(JSON.parse(await whoAmI('alice'))).toEqual(['dev', 'system:authenticated']);
  expect(JSON.parse(await whoAmI('bob'))).toEqual(['dev', 'system:authenticated']);
  expect(JSON.parse(await whoAmI('carol'))).toEqual(['system:authenticated']);
});

test('refuses what a CEL rule of a custom resource forbids, with the message of the rule', async () => {
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(songDefinition) });
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd/songs.test.orket.dev']);
  await namespaced(cluster, 'cel', async (namespace) => {
    const song = (minutes: number) =>
      JSON.stringify({ apiVersion: 'test.orket.dev/v1', kind: 'Song', metadata: { name: 'song' }, spec: { minutes } });
    const apply = (minutes: number) =>
      cluster.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: song(minutes) });

    await expect(apply(-3)).rejects.toThrow('a song must last at least one minute');
    await expect(apply(3)).resolves.toContain('song.test.orket.dev/song created');
  });
  await cluster.kubectl(['delete', 'crd', 'songs.test.orket.dev']);
});

test('delivers a watch: what exists, a bookmark, then what changes', async () => {
  await namespaced(cluster, 'watch', async (namespace) => {
    const create = (name: string) => cluster.kubectl(['--namespace', namespace, 'create', 'secret', 'generic', name]);
    await create('first');
    const config = new KubeConfig();
    config.loadFromFile(inject('kubeconfig'));
    const seen: string[] = [];
    const { promise: delivered, resolve, reject } = Promise.withResolvers<void>();
    const stop = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/secrets`,
      { allowWatchBookmarks: true, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' },
      (type, object: { readonly metadata: { readonly name?: string } }) => {
        seen.push(`${type} ${object.metadata.name ?? ''}`.trim());
        if (type === 'BOOKMARK') create('second').catch(reject);
        if (object.metadata.name === 'second') resolve();
      },
      (error: unknown) => reject(error),
    );
    await delivered;
    stop.abort();

    expect(seen).toEqual(['ADDED first', 'BOOKMARK', 'ADDED second']);
  });
});

test('gives a test the same namespace name again, empty', async () => {
  const holdsObject = (namespace: string) =>
    cluster.kubectl(['--namespace', namespace, 'get', 'configmap', 'mine', '--ignore-not-found']);
  const used = await namespaced(cluster, 'again', async (namespace) => {
    const stuck = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mine', finalizers: ['test.orket.dev/never'] },
    };
    await cluster.kubectl(['--namespace', namespace, 'create', '-f', '-'], { input: JSON.stringify(stuck) });
    expect(await holdsObject(namespace)).toContain('mine');
    const patch = ['--type=merge', '--patch={"metadata":{"finalizers":null}}'];
    if (cluster.size !== 'api')
      await cluster.kubectl(['--namespace', namespace, 'patch', 'configmap', 'mine', ...patch]);
    return namespace;
  });

  await namespaced(cluster, 'again', async (namespace) => {
    expect(namespace).toBe(used);
    expect(await holdsObject(namespace)).toBe('');
  });
});

const songDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'songs.test.orket.dev' },
  spec: {
    group: 'test.orket.dev',
    scope: 'Namespaced',
    names: { plural: 'songs', singular: 'song', kind: 'Song' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { minutes: { type: 'integer' } },
                'x-kubernetes-validations': [
                  { rule: 'self.minutes > 0', message: 'a song must last at least one minute' },
                ],
              },
            },
          },
        },
      },
    ],
  },
};
