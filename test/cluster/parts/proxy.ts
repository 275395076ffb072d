import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { addresses, nodeName, ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { checkHealth } from './health.ts';

export function proxy(layout: Layout): Part {
  const configFile = layout.configuration('kube-proxy.json');
  mkdirSync(dirname(configFile), { recursive: true });
  writeFileSync(configFile, JSON.stringify(configuration(layout), null, 2));
  return {
    name: 'kube-proxy',
    command: 'kube-proxy',
    args: [`--config=${configFile}`],
    check: () => checkHealth(`http://127.0.0.1:${ports.proxyHealth}/healthz`),
  };
}

function configuration(layout: Layout) {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: layout.componentKubeconfig('proxy') },
    clusterCIDR: addresses.podRange,
    hostnameOverride: nodeName,
    healthzBindAddress: `127.0.0.1:${ports.proxyHealth}`,
    metricsBindAddress: `127.0.0.1:${ports.proxyMetrics}`,
    nodePortAddresses: ['primary'],
    // Pods answer each other over the bridge, past the rules, unless the kernel shows bridged packets to iptables.
    // Where it does not, every connection to a Service takes the node's address, so that its answers come back here.
    iptables: { masqueradeAll: !existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables') },
    // The limits belong to the machine's network and cannot be set from another one.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
