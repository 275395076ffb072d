import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { apiClient } from '../api-client.ts';
import { cgroupName } from '../facts.ts';
import { addresses, nodeName, ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';

interface Node {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

export function kubelet(layout: Layout, clusterId: string): Part {
  const configFile = layout.configuration('kubelet.json');
  mkdirSync(dirname(configFile), { recursive: true });
  writeFileSync(configFile, JSON.stringify(configuration(layout, clusterId), null, 2));
  const api = apiClient(layout.insideKubeconfig);
  return {
    name: 'kubelet',
    command: 'kubelet',
    args: [
      `--config=${configFile}`,
      `--kubeconfig=${layout.componentKubeconfig('kubelet')}`,
      `--root-dir=${layout.kubelet}`,
      `--cert-dir=${layout.kubelet}/pki`,
      `--hostname-override=${nodeName}`,
      // The kubelet refuses a loopback address as its node's.
      `--node-ip=${addresses.node}`,
    ],
    check: async () => {
      const node = (await api(`/api/v1/nodes/${nodeName}`)) as Node;
      const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready?.status !== 'True')
        throw new Error(`node ${nodeName} is not Ready: ${ready?.message ?? 'no such condition'}`);
    },
  };
}

function configuration(layout: Layout, clusterId: string) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    port: ports.kubelet,
    readOnlyPort: 0,
    healthzPort: ports.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: layout.certificate('ca') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    podLogsDir: layout.podLogs,
    volumePluginDir: `${layout.kubelet}/volume-plugins`,
    clusterDNS: [addresses.dnsService],
    clusterDomain: 'cluster.local',
    // Pods know the cluster's own names and nothing else.
    resolvConf: '',
    maxPods: 200,
    cgroupDriver: 'cgroupfs',
    // Pods of clusters side by side stay apart: each cluster's are below a cgroup of its own.
    cgroupRoot: `/${cgroupName(clusterId)}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    // Tolerates what a container or a restricted root may not do: kernel log, some sysctls, OOM scores.
    featureGates: { KubeletInUserNamespace: true },
    // The machine's disk is not this node's to guard, and a removed test image could not be pulled again.
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '50Mi' },
    imageGCHighThresholdPercent: 100,
  };
}
