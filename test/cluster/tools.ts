import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holds, type Size } from './size.ts';

/** The checkout this file belongs to. */
export const checkout = join(import.meta.dirname, '../..');

/** Where built tools live; ignored by git. */
export const toolCache = join(checkout, '.cache/tools');

/** A folder with a go.mod and go.sum that pins tools, and how its programs are built. */
export interface GoModule {
  readonly folder: string;
  readonly flags: readonly string[];
}

export interface Tool {
  readonly name: string;
  readonly module: GoModule;
  /** Import path of its main package. */
  readonly package: string;
}

const kubernetes = pinnedModule('kubernetes', [
  '-ldflags',
  // Without a version the API server believes it is 0.0 and refuses to start.
  `-s -w ${['gitVersion=v1.36.3', 'gitMajor=1', 'gitMinor=36'].map((pair) => `-X k8s.io/component-base/version.${pair}`).join(' ')}`,
]);
const containerd = pinnedModule('containerd', ['-tags', 'no_btrfs,no_devmapper,no_zfs', '-ldflags', '-s -w']);
const coredns = pinnedModule('coredns', ['-ldflags', '-s -w']);

const toolsBySize: Readonly<Record<Size, readonly Tool[]>> = {
  api: [
    { name: 'etcd', module: kubernetes, package: 'go.etcd.io/etcd/server/v3' },
    kubernetesCommand('kube-apiserver'),
    kubernetesCommand('kubectl'),
  ],
  controllers: [kubernetesCommand('kube-controller-manager'), kubernetesCommand('kube-scheduler')],
  node: [
    kubernetesCommand('kubelet'),
    kubernetesCommand('kube-proxy'),
    containerdCommand('containerd'),
    containerdCommand('containerd-shim-runc-v2'),
    containerdCommand('ctr'),
    { name: 'coredns', module: coredns, package: 'github.com/coredns/coredns' },
  ],
};

/** The tools that a cluster of this size runs, in the order in which they are built. */
export function toolsFor(size: Size): readonly Tool[] {
  return (['api', 'controllers', 'node'] as const).flatMap((part) => (holds(size, part) ? toolsBySize[part] : []));
}

/** The folder a module's programs are built into: its name changes with whatever shapes them. */
export function buildFolder(module: GoModule): string {
  const digest = createHash('sha256').update(JSON.stringify([process.arch, module.flags]));
  for (const file of ['go.mod', 'go.sum']) digest.update(readFileSync(join(module.folder, file)));
  return join(toolCache, digest.digest('hex').slice(0, 12));
}

function pinnedModule(name: string, flags: readonly string[]): GoModule {
  return { folder: join(import.meta.dirname, 'tools', name), flags };
}

function kubernetesCommand(name: string): Tool {
  return { name, module: kubernetes, package: `k8s.io/kubernetes/cmd/${name}` };
}

function containerdCommand(name: string): Tool {
  return { name, module: containerd, package: `github.com/containerd/containerd/v2/cmd/${name}` };
}
