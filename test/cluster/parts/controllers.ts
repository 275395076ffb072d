import { apiClient } from '../api-client.ts';
import { ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { checkHealth } from './health.ts';

export function controllerManager(layout: Layout): Part {
  const api = apiClient(layout.insideKubeconfig);
  return {
    name: 'kube-controller-manager',
    command: 'kube-controller-manager',
    args: [
      ...servedLocally(layout, 'controller-manager', ports.controllerManager),
      `--service-account-private-key-file=${layout.key('service-account')}`,
      `--root-ca-file=${layout.certificate('ca')}`,
      `--cluster-signing-cert-file=${layout.certificate('ca')}`,
      `--cluster-signing-key-file=${layout.key('ca')}`,
      '--use-service-account-credentials=true',
      // At its default rate, making the account of each controller alone takes four seconds.
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ],
    check: async () => {
      await checkHealth(`https://127.0.0.1:${ports.controllerManager}/healthz`);
      // What every pod of the namespace needs.
      await api('/api/v1/namespaces/default/serviceaccounts/default');
      await api('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
    },
  };
}

export function scheduler(layout: Layout): Part {
  return {
    name: 'kube-scheduler',
    command: 'kube-scheduler',
    args: servedLocally(layout, 'scheduler', ports.scheduler),
    check: () => checkHealth(`https://127.0.0.1:${ports.scheduler}/healthz`),
  };
}

function servedLocally(layout: Layout, component: 'controller-manager' | 'scheduler', port: number): readonly string[] {
  return [
    `--kubeconfig=${layout.componentKubeconfig(component)}`,
    `--authentication-kubeconfig=${layout.componentKubeconfig(component)}`,
    `--authorization-kubeconfig=${layout.componentKubeconfig(component)}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${layout.certificate('serving')}`,
    `--tls-private-key-file=${layout.key('serving')}`,
    '--profiling=false',
  ];
}
