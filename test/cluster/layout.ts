import { join } from 'node:path';

/** Addresses inside a cluster's network namespace. Every cluster has the same ones and none can see another's. */
export const addresses = {
  node: '10.244.0.1',
  podRange: '10.244.0.0/24',
  serviceRange: '10.0.0.0/24',
  kubernetesService: '10.0.0.1',
  dnsService: '10.0.0.10',
} as const;

/** Ports inside a cluster's network namespace. */
export const ports = {
  etcd: 2379,
  etcdPeer: 2380,
  api: 6443,
  kubelet: 10250,
  kubeletHealth: 10248,
  proxyHealth: 10256,
  proxyMetrics: 10249,
  controllerManager: 10257,
  scheduler: 10259,
  dnsReady: 8181,
} as const;

export const nodeName = 'node-1';
export const bridgeName = 'orket0';

export type Layout = ReturnType<typeof layoutOf>;

/** Where the files of a cluster lie in its folder. */
export function layoutOf(dir: string) {
  const at = (name: string) => join(dir, name);
  return {
    dir,
    /** Who keeps the cluster: a ProcessIdentity. */
    owner: at('owner.json'),
    /** What a process that finds the folder needs to know: ClusterFacts. */
    facts: at('cluster.json'),
    /** For use outside the namespaces, through the forwarder. */
    kubeconfig: at('kubeconfig'),
    insideKubeconfig: at('kubeconfig-inside'),
    componentKubeconfig: (component: string) => at(`kubeconfig-${component}`),
    kubectlCache: at('kubectl-cache'),
    logs: at('logs'),
    log: (part: string) => at(`logs/${part}.log`),
    apiSocket: at('api.sock'),
    tokens: at('pki/tokens.csv'),
    certificate: (name: string) => at(`pki/${name}.crt`),
    key: (name: string) => at(`pki/${name}.key`),
    publicKey: (name: string) => at(`pki/${name}.pub`),
    etcd: at('etcd'),
    apiServer: at('api-server'),
    containerd: at('containerd'),
    containerdSocket: at('containerd/containerd.sock'),
    kubelet: at('kubelet'),
    podLogs: at('pod-logs'),
    cni: at('cni'),
    /** What stands for folders of the machine while inside. */
    privateFolders: at('private'),
    configuration: (name: string) => at(`configuration/${name}`),
  } as const;
}
