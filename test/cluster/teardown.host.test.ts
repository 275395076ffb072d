import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { joinCluster, startCluster, type Cluster } from './cluster.ts';
import { layoutOf } from './layout.ts';
import { pauseRef } from './pause-image.ts';
import { restrictedPod } from './pod.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { networkDevices, Remains } from './remains.ts';
import type { Size } from './size.ts';

const quiet = () => {};
const eventually = { timeout: 30_000, interval: 50 };

test('leaves nothing on the machine when it is stopped', async () => {
  const devices = networkDevices();
  const cluster = await startCluster({ size: 'node', report: quiet });
  await startPod(cluster);
  const remains = new Remains(cluster.dir);
  expect(remains.list().join('\n')).toMatch(/process[^]*cgroup[^]*folder/);
  await cluster.stop();

  expect(remains.things()).toEqual([]);
  // The kernel gives the numbers of its namespaces to others at once: to tools of other tests, which soon end.
  await vi.waitFor(() => expect(remains.processes()).toEqual([]), eventually);
  expect(networkDevices()).toEqual(devices);
});

test.for<Size>(['api', 'node'])('leaves nothing of size %s when the run that started it is killed', async (size) => {
  const devices = networkDevices();
  const { starter, cluster } = await startInAnotherProcess(size);
  if (size === 'node') await startPod(cluster);
  const remains = new Remains(cluster.dir);
  starter.kill('SIGKILL');

  await vi.waitFor(() => expect(remains.list()).toEqual([]), eventually);
  expect(networkDevices()).toEqual(devices);
});

test('takes every process along when its supervisor is killed, and the next start removes the rest', async () => {
  const cluster = await startCluster({ size: 'node', report: quiet });
  await startPod(cluster);
  const remains = new Remains(cluster.dir);
  const supervisor: ProcessIdentity = JSON.parse(readFileSync(layoutOf(cluster.dir).owner, 'utf8'));
  process.kill(supervisor.pid, 'SIGKILL');
  await vi.waitFor(() => expect(remains.processes()).toEqual([]), eventually);
  expect(isRunning(supervisor)).toBe(false);
  expect(remains.things().join('\n')).toMatch(/cgroup[^]*folder/);

  const next = await startCluster({ size: 'api', report: quiet });
  expect(remains.things()).toEqual([]);
  await next.stop();
});

test('runs beside another cluster that knows nothing of it', async () => {
  const [one, two] = await Promise.all([
    startCluster({ size: 'api', report: quiet }),
    startCluster({ size: 'api', report: quiet }),
  ]);
  await one.kubectl(['create', 'namespace', 'only-in-one']);
  expect(await two.kubectl(['get', 'namespace', 'only-in-one', '--ignore-not-found'])).toBe('');
  await expect(two.kubectl(['--kubeconfig', one.kubeconfig, 'get', 'namespace', 'only-in-one'])).resolves.toContain(
    'Active',
  );

  await one.stop();
  expect(existsSync(one.dir)).toBe(false);
  expect(await two.kubectl(['get', '--raw', '/readyz'])).toBe('ok');
  await two.stop();
});

/** A pod that stays: its processes, mounts and network device are what a teardown could forget. */
async function startPod(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify(restrictedPod({ name: 'stays', image: pauseRef })),
  });
  await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/stays', '--timeout=120s']);
}

async function startInAnotherProcess(size: Size) {
  const script = `
    const { startCluster } = await import(${JSON.stringify(join(import.meta.dirname, 'cluster.ts'))});
    const cluster = await startCluster({ size: '${size}', report() {} });
    process.stdout.write(cluster.dir);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [dir] = await once(starter.stdout, 'data');
  return { starter, cluster: joinCluster(String(dir)) };
}
