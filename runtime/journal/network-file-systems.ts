/**
 * File systems where a lock of this kernel says nothing about other machines, or where a sync may return before the
 * data is safe, by `f_type` of statfs(2). Source: linux/magic.h and the sources of each.
 */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x19830326, 'BeeGFS'],
  [0x20030528, 'OrangeFS'],
  [0x786f4256, 'VirtualBox shared folder'],
]);

/** The name of the network file system, null for a local one. */
export function networkFileSystem(type: number): string | null {
  return networkFileSystems.get(type) ?? null;
}
