import { describe, expect, it } from 'vitest';
import { mountsBelow } from './mounts.ts';

const table = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '23 22 0:21 / /proc rw,nosuid - proc proc rw',
  '85 22 254:0 /a /srv/session/files/shared rw,relatime - ext4 /dev/vda rw',
  '86 22 254:0 /a /srv/session/files/with\\040blank\\134 rw shared:1 - ext4 /dev/vda rw',
  '87 22 254:0 /a /srv/session/files rw - tmpfs tmpfs rw',
  '88 22 254:0 /a /srv/session/files-too/x rw - tmpfs tmpfs rw',
  '',
].join('\n');

describe('what is mounted below a folder', () => {
  it('is named relative to it, and nothing beside, above or at the folder', () => {
    expect(mountsBelow(table, '/srv/session/files')).toEqual(['shared', 'with blank\\']);
    expect(mountsBelow(table, '/srv/session/files/shared')).toEqual([]);
    expect(mountsBelow(table, '/proc')).toEqual([]);
  });

  it('is everything but itself for the root', () => {
    expect(mountsBelow(table, '/')).toHaveLength(5);
  });

  it('is nothing where the system says nothing', () => {
    expect(mountsBelow('', '/work')).toEqual([]);
  });
});
