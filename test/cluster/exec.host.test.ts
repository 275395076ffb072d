import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCluster, type Cluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ size: 'api' });
});
afterAll(() => cluster.stop());

const sh = (script: string, options = {}) => cluster.exec('sh', ['-c', script], { stdio: 'capture', ...options });

test("runs a command in the cluster's network, with kubectl and a kubeconfig that works there", async () => {
  expect(await sh('ip -brief address show orket0')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('10.244.0.1/24'),
  });
  expect(await sh('kubectl get --raw /readyz')).toMatchObject({ exitCode: 0, stdout: 'ok' });
});

test('tells the command where it is', async () => {
  const { stdout } = await sh('echo $ORKET_CLUSTER; echo $KUBECONFIG; echo $EXTRA; pwd', {
    env: { EXTRA: 'more' },
    cwd: '/usr',
  });
  expect(stdout.trim().split('\n')).toEqual([cluster.dir, cluster.insideKubeconfig, 'more', '/usr']);
});

test('returns the exit code, also that of a command which a signal ended', async () => {
  expect((await sh('exit 7')).exitCode).toBe(7);
  expect((await sh('kill -TERM $$')).exitCode).toBe(128 + 15);
  expect((await sh('kill -KILL $$')).exitCode).toBe(128 + 9);
});

test('lets a command that is aborted end in its own way', async () => {
  const abort = new AbortController();
  const running = sh(
    `trap 'echo ending; exit 5' TERM; echo started > "$ORKET_CLUSTER/started"; while :; do sleep 0.05; done`,
    {
      signal: abort.signal,
    },
  );
  await sh('while [ ! -e "$ORKET_CLUSTER/started" ]; do sleep 0.05; done');
  abort.abort();

  expect(await running).toMatchObject({ exitCode: 5, stdout: 'ending\n' });
});
