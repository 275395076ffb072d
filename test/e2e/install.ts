import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { entrypointOf, imageLayout, imageNames } from '../../scripts/image-files.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { packImage } from '../cluster/image.ts';
import { nodeFiles } from '../cluster/node-files.ts';
import { checkout } from '../cluster/tools.ts';

export const systemNamespace = 'orket-system';

/** Orket as it runs on a cluster, from the images and manifests that people install. */
export interface Installation {
  remove(): Promise<void>;
}

const user = Number(imageLayout.user.split(':')[0]);

/** Installs Orket on a cluster of size node and waits until it is ready. The same cluster can be installed on again. */
export async function installOrket(cluster: Cluster): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'orket-e2e-'));
  await importImages(cluster, folder);
  const crds = readdirSync(join(checkout, 'crds')).filter((file) => file.endsWith('.yaml'));
  await cluster.kubectl(['apply', ...crds.flatMap((file) => ['-f', join(checkout, 'crds', file)])]);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await makeVolume(cluster, folder);
  await cluster.kubectl(['apply', '-k', join(checkout, 'controller/deploy')]);
  const ready = async (workload: string): Promise<string> =>
    cluster.kubectl(['-n', systemNamespace, 'rollout', 'status', workload, '--timeout=120s']);
  await ready('statefulset/orket-gateway');
  await ready('deployment/orket-controller');
  return {
    remove: async () => {
      await cluster.kubectl(['delete', '-k', join(checkout, 'controller/deploy'), '--ignore-not-found', '--timeout=120s']);
      await cluster.kubectl(['delete', 'persistentvolume', 'orket-journals', '--ignore-not-found', '--timeout=60s']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The layout of the Dockerfile, packed without a registry. */
async function importImages(cluster: Cluster, folder: string): Promise<void> {
  const [bundles, node] = await Promise.all([buildBundles(join(folder, 'dist'), imageNames), nodeFiles()]);
  for (const { name, path } of bundles) {
    if (name === 'orket') continue;
    const out = join(folder, `${name}.tar`);
    const entrypoint = entrypointOf(name);
    const files = { ...node, [entrypoint[1] ?? '']: { from: path } };
    packImage({ ref: `orket.dev/${name}:dev`, out, files, entrypoint, user: imageLayout.user, workdir: imageLayout.folder });
    await cluster.importImage(out);
    rmSync(out);
  }
}

/** There is no provisioner here: the claim of the gateway gets a folder of this machine. */
async function makeVolume(cluster: Cluster, folder: string): Promise<void> {
  const path = join(folder, 'journals');
  mkdirSync(path);
  chownSync(path, user, user);
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'orket-journals' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      capacity: { storage: '10Gi' },
      hostPath: { path },
      claimRef: { namespace: systemNamespace, name: 'journals-orket-gateway-0' },
    },
  };
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(volume) });
}
