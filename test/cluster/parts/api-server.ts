import { apiClient } from '../api-client.ts';
import { addresses, ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { holds, type Size } from '../size.ts';

const issuer = 'https://kubernetes.default.svc';

export function apiServer(layout: Layout, size: Size): Part {
  const api = apiClient(layout.insideKubeconfig);
  return {
    name: 'kube-apiserver',
    command: 'kube-apiserver',
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=0.0.0.0',
      `--advertise-address=${addresses.node}`,
      `--secure-port=${ports.api}`,
      `--service-cluster-ip-range=${addresses.serviceRange}`,
      `--cert-dir=${layout.apiServer}`,
      `--tls-cert-file=${layout.certificate('serving')}`,
      `--tls-private-key-file=${layout.key('serving')}`,
      `--client-ca-file=${layout.certificate('ca')}`,
      `--token-auth-file=${layout.tokens}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      // Without controllers nobody makes the ServiceAccounts that this plugin asks for, and no Pod could be created.
      ...(holds(size, 'controllers') ? [] : ['--disable-admission-plugins=ServiceAccount']),
      `--service-account-issuer=${issuer}`,
      `--api-audiences=${issuer}`,
      `--service-account-key-file=${layout.publicKey('service-account')}`,
      `--service-account-signing-key-file=${layout.key('service-account')}`,
      // How `kubectl logs` and `kubectl exec` reach the kubelet.
      `--kubelet-client-certificate=${layout.certificate('kubelet-client')}`,
      `--kubelet-client-key=${layout.key('kubelet-client')}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--allow-privileged=true',
      '--profiling=false',
    ],
    check: async () => {
      await api('/readyz');
      await api('/api/v1/namespaces/default');
    },
  };
}
