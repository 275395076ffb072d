import { ports, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { checkHealth } from './health.ts';

export function etcd(layout: Layout): Part {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    name: 'etcd',
    command: 'etcd',
    args: [
      `--data-dir=${layout.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // The data is thrown away with the cluster: nothing is lost by not waiting for the disk.
      '--unsafe-no-fsync',
    ],
    check: () => checkHealth(`${client}/health`),
  };
}
