import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import { addresses, bridgeName, type Layout } from '../layout.ts';
import type { Part } from '../part.ts';
import { pauseRef } from '../pause-image.ts';
import { cniPluginFolder } from '../system-packages.ts';

const overlayFileSystem = 0x794c7630;

export function containerd(layout: Layout): Part {
  const configFile = layout.configuration('containerd.toml');
  mkdirSync(dirname(configFile), { recursive: true });
  writeFileSync(configFile, configuration(layout));
  mkdirSync(layout.cni, { recursive: true });
  writeFileSync(join(layout.cni, '10-bridge.conflist'), JSON.stringify(podNetwork(layout), null, 2));
  return {
    name: 'containerd',
    command: 'containerd',
    args: ['--config', configFile],
    check: async () => void (await runCommand('ctr', ['--address', layout.containerdSocket, 'version'])),
  };
}

/** Makes the image of an archive known to the kubelet. */
export async function importImage(socket: string, archive: string, PATH = process.env['PATH']): Promise<void> {
  const env = { ...process.env, PATH };
  await runCommand('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive], { env });
}

function configuration(layout: Layout): string {
  // An overlay on an overlay, as in a container, is refused by the kernel.
  const snapshotter = statfsSync(layout.dir).type === overlayFileSystem ? 'native' : 'overlayfs';
  return `version = 3
root = "${layout.containerd}/root"
state = "${layout.containerd}/state"

[grpc]
  address = "${layout.containerdSocket}"

[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["${cniPluginFolder()}"]
    conf_dir = "${layout.cni}"

[plugins.'io.containerd.cri.v1.images']
  snapshotter = "${snapshotter}"
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = "${pauseRef}"

[plugins.'io.containerd.internal.v1.opt']
  path = "${layout.containerd}/opt"
`;
}

function podNetwork(layout: Layout) {
  const ipam = {
    type: 'host-local',
    dataDir: join(layout.cni, 'leases'),
    ranges: [[{ subnet: addresses.podRange, gateway: addresses.node }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  return {
    cniVersion: '1.0.0',
    name: 'orket',
    plugins: [
      // Hairpin: a pod reaches itself by its own Service.
      { type: 'bridge', bridge: bridgeName, isGateway: true, ipMasq: false, hairpinMode: true, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
