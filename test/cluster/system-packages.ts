import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.ts';
import { holds, type Size } from './size.ts';
import type { Report } from './build.ts';

interface Need {
  readonly size: Size;
  /** Looked for on PATH. */
  readonly command: string;
  readonly debianPackage: string;
}

const needs: readonly Need[] = [
  { size: 'api', command: 'unshare', debianPackage: 'util-linux' },
  { size: 'api', command: 'nsenter', debianPackage: 'util-linux' },
  { size: 'api', command: 'setpriv', debianPackage: 'util-linux' },
  { size: 'api', command: 'flock', debianPackage: 'util-linux' },
  { size: 'api', command: 'mount', debianPackage: 'mount' },
  { size: 'api', command: 'ip', debianPackage: 'iproute2' },
  { size: 'api', command: 'openssl', debianPackage: 'openssl' },
  { size: 'node', command: 'runc', debianPackage: 'runc' },
  { size: 'node', command: 'iptables', debianPackage: 'iptables' },
  { size: 'node', command: 'conntrack', debianPackage: 'conntrack' },
  { size: 'node', command: 'gcc', debianPackage: 'gcc' },
];

const staticLibraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib', '/usr/lib64'];
const cniFolders = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** Installs what a cluster of this size takes from the system. Throws with the names of the packages when it cannot. */
export async function installSystemPackages(size: Size, report: Report): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      'a cluster makes network, mount and process namespaces, which needs root: run this again with sudo',
    );
  }
  const packages = missingPackages(size);
  if (packages.length === 0) return;
  if (!findCommand('apt-get')) {
    throw new Error(
      `a cluster of size ${size} needs these Debian packages, or what stands for them here: ${packages.join(', ')}`,
    );
  }
  report(`installing ${packages.join(', ')}`);
  const waitForLock = ['-o', 'DPkg::Lock::Timeout=120'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runCommand('apt-get', ['update', '-qq'], { env });
    await runCommand('apt-get', [...waitForLock, 'install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
    });
  } catch (cause) {
    throw new Error(`installing ${packages.join(', ')} failed: install them by hand and run this again`, { cause });
  }
}

/** The folder of the CNI plugins. */
export function cniPluginFolder(): string {
  return cniFolders.find((folder) => existsSync(join(folder, 'bridge'))) ?? '/usr/lib/cni';
}

function missingPackages(size: Size): readonly string[] {
  const missing = needs.filter((need) => holds(size, need.size) && !findCommand(need.command));
  const packages = new Set(missing.map((need) => need.debianPackage));
  if (holds(size, 'node')) {
    if (!existsSync(join(cniPluginFolder(), 'bridge'))) packages.add('containernetworking-plugins');
    // The pause program is linked statically.
    if (!staticLibraryFolders.some((folder) => existsSync(join(folder, 'libc.a')))) packages.add('libc6-dev');
  }
  return [...packages];
}

function findCommand(name: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
}
