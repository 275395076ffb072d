import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { entrypointOf, filesOf, imageLayout, imageNames } from '../../scripts/image-files.ts';
import { makeCodeCaches } from '../../scripts/starter/warm-up.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { packImage } from '../cluster/image.ts';
import { nodeFiles } from '../cluster/node-files.ts';
import { checkout } from '../cluster/tools.ts';

export const systemNamespace = 'orket-system';

const user = Number(imageLayout.user.split(':')[0]);
const workloads = ['statefulset/orket-gateway', 'deployment/orket-controller'];

/** Where the volume of the gateway is, seen from this side. */
export function journalsFolder(cluster: Cluster): string {
  return join(cluster.dir, 'e2e', 'journals');
}

/**
 * Orket on a cluster of size node as people install it, from the images and manifests that they use, ready. Where the same
 * code is there already nothing happens, so that every test file may ask for it.
 */
export async function installOrket(cluster: Cluster): Promise<void> {
  const folder = join(cluster.dir, 'e2e');
  const marker = join(folder, 'installed');
  const dist = join(folder, 'dist');
  await buildBundles(dist);
  const digest = digestOf(dist);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;
  const isUpgrade = existsSync(marker);
  makeCodeCaches(dist);
  await importImages(cluster, dist, folder);
  const crds = readdirSync(join(checkout, 'crds')).filter((file) => file.endsWith('.yaml'));
  await cluster.kubectl(['apply', ...crds.flatMap((file) => ['-f', join(checkout, 'crds', file)])]);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await makeVolume(cluster);
  await cluster.kubectl(['apply', '-k', join(checkout, 'controller/deploy')]);
  // The tag of an image stays the same while its content changes.
  if (isUpgrade) await cluster.kubectl(['-n', systemNamespace, 'rollout', 'restart', ...workloads]);
  for (const workload of workloads) {
    await cluster.kubectl(['-n', systemNamespace, 'rollout', 'status', workload, '--timeout=120s']);
  }
  writeFileSync(marker, digest);
}

/** Of what is the same whenever it is built: a code cache is not. */
function digestOf(dist: string): string {
  const programs = imageNames.flatMap(filesOf).filter((file) => !file.endsWith('.code-cache'));
  const hash = createHash('sha256');
  const manifests = readdirSync(join(checkout, 'controller/deploy')).map((file) =>
    join(checkout, 'controller/deploy', file),
  );
  for (const path of [...programs.map((file) => join(dist, file)), ...manifests]) hash.update(readFileSync(path));
  return hash.digest('hex');
}

/** The layout of the Dockerfile, packed without a registry. */
async function importImages(cluster: Cluster, dist: string, folder: string): Promise<void> {
  const node = await nodeFiles();
  for (const name of imageNames) {
    const out = join(folder, `${name}.tar`);
    const entrypoint = entrypointOf(name);
    const own = filesOf(name).map((file) => [`${imageLayout.folder}/${file}`, { from: join(dist, file) }] as const);
    const files = { ...node, ...Object.fromEntries(own) };
    packImage({
      ref: `orket.dev/${name}:dev`,
      out,
      files,
      entrypoint,
      user: imageLayout.user,
      workdir: imageLayout.folder,
    });
    await cluster.importImage(out);
    rmSync(out);
  }
}

/** There is no provisioner here: the claim of the gateway gets a folder of this machine. */
async function makeVolume(cluster: Cluster): Promise<void> {
  const path = journalsFolder(cluster);
  mkdirSync(path, { recursive: true });
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
