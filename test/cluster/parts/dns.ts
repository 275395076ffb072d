import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ApiRefusal, type ApiClient } from '../api-client.ts';
import { addresses, ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { checkHealth } from './health.ts';

/** CoreDNS on the node's own address, behind the Service that every pod has as its name server. */
export function dns(layout: Layout): Part {
  const configFile = layout.configuration('Corefile');
  mkdirSync(dirname(configFile), { recursive: true });
  writeFileSync(configFile, configuration(layout));
  return {
    name: 'coredns',
    command: 'coredns',
    args: ['-conf', configFile],
    check: () => checkHealth(`http://127.0.0.1:${ports.dnsReady}/ready`),
  };
}

function configuration(layout: Layout): string {
  return `.:53 {
  bind ${addresses.node}
  errors
  ready 127.0.0.1:${ports.dnsReady}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${layout.componentKubeconfig('dns')}
  }
}
`;
}

/** The role of CoreDNS and the Service that leads to it. */
export async function createDnsService(api: ApiClient): Promise<void> {
  const name = 'system:coredns';
  const read = ['list', 'watch'];
  await create(api, '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name },
    rules: [
      { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: read },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
    ],
  });
  await create(api, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
  });
  const dnsPorts = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  await create(api, '/api/v1/namespaces/kube-system/services', {
    metadata: { name: 'kube-dns' },
    spec: { clusterIP: addresses.dnsService, ports: dnsPorts },
  });
  await create(api, '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', {
    metadata: { name: 'kube-dns', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    addressType: 'IPv4',
    ports: dnsPorts,
    endpoints: [{ addresses: [addresses.node] }],
  });
}

async function create(api: ApiClient, path: string, body: unknown): Promise<void> {
  try {
    await api(path, { method: 'POST', body });
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.status === 409)) throw error;
  }
}
