import { lstat, readlink, stat } from 'node:fs/promises';
import type { Mount } from './confinement.ts';

/** Where programs and libraries are. */
const folders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store'];
/** What programs need to find libraries and names, and to check certificates. */
const settings = [
  'ld.so.cache',
  'resolv.conf',
  'hosts',
  'nsswitch.conf',
  'localtime',
  'ca-certificates',
  'crypto-policies',
  // Beside these are private keys.
  'ssl/certs',
  'ssl/cert.pem',
  'ssl/openssl.cnf',
  'pki/ca-trust',
  'pki/tls/certs',
  'pki/tls/cert.pem',
  'pki/tls/openssl.cnf',
];
const devices = ['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom'];

/** What every host sees of the system, read-only: programs, libraries, and nothing of any user. */
export async function systemMounts(): Promise<readonly Mount[]> {
  const mounts: Mount[] = devices.map((device) => ({ word: 'device', source: device, target: device }));
  for (const folder of folders) mounts.push(...(await mountOf(folder, 'as it is')));
  for (const name of settings) mounts.push(...(await mountOf(`/etc/${name}`, 'followed')));
  return mounts;
}

async function mountOf(path: string, links: 'as it is' | 'followed'): Promise<readonly Mount[]> {
  try {
    if (links === 'as it is' && (await lstat(path)).isSymbolicLink()) {
      return [{ word: 'link', source: await readlink(path), target: path }];
    }
    // A link in /etc may lead to where a host sees nothing, but what is bound is what it leads to.
    return [{ word: (await stat(path)).isDirectory() ? 'folder' : 'file', source: path, target: path }];
  } catch {
    // Systems differ in what they have.
    return [];
  }
}
