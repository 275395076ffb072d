import { describe, expect, it } from 'vitest';
import { identityOf, systemPeople } from './people.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\n# a note\nalice:x:1000:100::/home/alice:/bin/sh\nbroken\n';
const group = 'root:x:0:\nusers:x:100:\ndev:x:200:bob,alice\nops:x:300:bob\n';

describe('an account of this machine', () => {
  it('has its name and its groups, sorted', () => {
    expect(identityOf(1000, passwd, group)).toEqual({ name: 'alice', groups: ['dev', 'users'], verifiedBy: 'os-uid' });
  });

  it('that no table names is a number in no group', () => {
    expect(identityOf(4242, passwd, group)).toEqual({ name: 'uid:4242', groups: [], verifiedBy: 'os-uid' });
  });

  it('may be named by a directory', () => {
    expect(identityOf(4242, passwd, group, () => 'bob')).toMatchObject({ name: 'bob', groups: ['dev', 'ops'] });
  });

  it('is known when it is the one of this process', () => {
    expect(systemPeople(process.getuid?.() ?? 0).name).not.toMatch(/^uid:/);
  });
});
