import { describe, expect, it } from 'vitest';
import { confined, sweep, type Confinement, type HostCommand, type Tools } from './confinement.ts';
import { candidates, isolationOf, ownUserId } from './isolation.ts';

const tools: Tools = {
  unshare: '/bin/unshare',
  setpriv: '/bin/setpriv',
  prlimit: '/bin/prlimit',
  sh: '/bin/sh',
};
const mapped: Confinement = { kind: 'namespaces', otherUser: false, limitsProcesses: true, tools };
const other: Confinement = { kind: 'namespaces', otherUser: true, limitsProcesses: true, tools };
const asUser: Confinement = { kind: 'user', tools };
const host: HostCommand = {
  command: ['/bin/host', 'its argument'],
  mounts: [{ word: 'folder', source: '/code', target: '/tool' }],
  hasNetwork: false,
  root: '/root-of-box',
  userId: 1_870_000_001,
  memory: { dataBytes: 1024, addressBytes: null },
};

describe('what may keep a host apart', () => {
  it.each([
    ['root', 0, '6.1.0', [other, mapped, asUser]],
    ['a user', 1000, '6.1.0', [mapped]],
    ['a user of a pod', 65_532, '6.1.0', [mapped]],
    ['a user of an old kernel', 1000, '5.10.0-30-amd64', [{ ...mapped, limitsProcesses: false }]],
  ])('is, the strictest first, for %s', (_who, userId, release, expected) => {
    expect(candidates({ userId, release }, tools)).toEqual(expected);
  });

  it.each([
    [other, { kind: 'namespaces', user: 'other', withoutNetwork: true, limited: true }],
    [mapped, { kind: 'namespaces', user: 'own, without rights', withoutNetwork: true, limited: true }],
    [asUser, { kind: 'user', user: 'other', withoutNetwork: false, limited: true }],
    [{ kind: 'none', tools } as const, { kind: 'none', user: 'own', withoutNetwork: false, limited: true }],
    [{ kind: 'none', tools: null } as const, { kind: 'none', user: 'own', withoutNetwork: false, limited: false }],
  ])('is recorded as what it is: %#', (confinement, expected) => {
    expect(isolationOf(confinement)).toEqual(expected);
  });
});

describe('the command of a host', () => {
  it('is the last thing in every confinement, and never of a shell', () => {
    for (const confinement of [other, mapped, asUser, { kind: 'none', tools } as const]) {
      expect(confined(confinement, host).slice(-3)).toEqual(['--', ...host.command]);
    }
    expect(confined({ kind: 'none', tools: null }, host)).toEqual(host.command);
  });

  it('takes a network along only where its tools may use one', () => {
    expect(confined(mapped, host)).toContain('--net');
    expect(confined(mapped, { ...host, hasNetwork: true })).not.toContain('--net');
  });

  it('gives up every right, whoever it runs as', () => {
    for (const confinement of [other, mapped]) {
      expect(confined(confinement, host)).toEqual(
        expect.arrayContaining(['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']),
      );
    }
    expect(confined(other, host)).toContain('--reuid=1870000001');
    expect(confined(asUser, host)).toEqual(expect.arrayContaining(['--no-new-privs', '--reuid=1870000001']));
  });

  it('limits what is mapped where its interpreter lives with that', () => {
    const mapped = { ...host, memory: { dataBytes: 1024, addressBytes: 2048 } };
    for (const confinement of [other, asUser, { kind: 'none', tools } as const]) {
      expect(confined(confinement, mapped)).toEqual(expect.arrayContaining(['--data=1024', '--as=2048']));
      expect(confined(confinement, host).filter((word) => word.startsWith('--as'))).toEqual([]);
    }
  });

  it('limits processes only where it counts those of the host alone', () => {
    const limitsThem = (confinement: Confinement): boolean => confined(confinement, host).includes('--nproc=64');
    expect([other, mapped, asUser].every(limitsThem)).toBe(true);
    expect(limitsThem({ ...mapped, limitsProcesses: false })).toBe(false);
    expect(limitsThem({ kind: 'none', tools })).toBe(false);
  });
});

it('everything of a user is ended only where that user is the host and nobody else', () => {
  expect(sweep(asUser, 1_870_000_001)?.slice(1, 3)).toEqual(['--reuid=1870000001', '--regid=1870000001']);
  for (const confinement of [other, mapped, { kind: 'none', tools } as const]) expect(sweep(confinement, 5)).toBe(null);
});

it('no two runtimes of a machine have a user of hosts in common', () => {
  const usersOf = (processId: number): readonly number[] =>
    Array.from({ length: 64 }, (_none, index) => ownUserId({ processId }, index));
  const all = [1, 2, 1_000_001, 2_000_001, 2 ** 22 - 1].flatMap(usersOf);
  expect(new Set(all).size).toBe(all.length);
  expect(Math.max(...all)).toBeLessThan(2 ** 31);
});
