import { chmodSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Bench } from './tool-host-bench.ts';
import { hostProcesses, type HostedProcess } from './tool-host-processes.ts';

/** What a host of a confinement can reach, and what it cannot; what it does not promise is no test. */
export function describeIsolation(bench: Bench): void {
  const { keepHosts, confinement, language } = bench;
  describe('a tool', () => {
    keepHosts();
    describeEverywhere(bench);
    // Node refuses by itself what another user keeps from Python.
    if (confinement.kind !== 'none' || language === 'module') describeApart(bench);
    if (confinement.kind !== 'none') describeWithoutRights(bench);
    if (confinement.kind === 'namespaces') describeBoxed(bench);
    if (confinement.kind === 'namespaces' || language === 'module') describeOwnFolder(bench);
  });
}

function describeEverywhere({ call, confinement }: Bench): void {
  it('has no environment, and no argument that is not its own', async () => {
    const environment = await call('environment');
    // What an interpreter sets for itself.
    expect(Object.keys(environment ?? {}).filter((name) => name !== 'LC_CTYPE')).toEqual([]);
    expect(await call('arguments')).toHaveLength(1);
  });

  it('has no file of the runtime open', async () => expect(await call('descriptors')).toEqual([]));

  it('writes into its own folder', async () => expect(await call('put', { path: 'x' })).toBe('written'));

  if (confinement.tools === null) return;
  it('is what the kernel ends first where memory runs out', async () => {
    await call('count');
    expect(readFileSync(`/proc/${innermost().pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
  });
}

function describeApart({ call, folder }: Bench): void {
  it('reads nothing of the runtime: neither memory nor environment, arguments or open files', async () => {
    const names = ['mem', 'environ', 'maps', 'fd/0', 'root/etc/hosts', 'cwd/package.json'];
    const looked = await call('look', { paths: names.map((name) => `/proc/${process.pid}/${name}`) });
    expect(looked).toEqual(names.map(() => expect.stringMatching(/^refused/)));
  });

  it('sees no file of its user', async () => {
    const path = folder().file('secret', 'for nobody');
    chmodSync(`${path}/secret`, 0o600);
    expect(await call('look', { paths: [`${path}/secret`] })).toEqual([expect.stringMatching(/^refused/)]);
  });
}

function describeWithoutRights({ call, confinement }: Bench): void {
  it('has no right that its user would not have, and cannot get one', async () => {
    await call('count');
    const status = statusOf(innermost());
    expect(status).toMatchObject({ CapPrm: 0n, CapEff: 0n, CapInh: 0n, CapAmb: 0n });
    expect(status).toMatchObject({ NoNewPrivs: 1n });
  });

  it('neither attaches to the runtime nor signals it', async () => {
    for (const way of ['attach', 'signal']) expect(await call(way, { pid: process.pid })).toMatch(/^refused/);
  });

  if (confinement.kind !== 'user') return;
  it('runs as somebody else', async () => {
    await call('count');
    expect(statusOf(innermost())['Uid']).not.toBe(BigInt(process.getuid?.() ?? -1));
  });
}

function describeOwnFolder({ call, folder }: Bench): void {
  it('writes into no other folder', async () => {
    for (const path of [`${folder().path}/x`, '/tool/x', '/x', '/usr/x', '/etc/x', '/orket/x'])
      expect(await call('put', { path })).toMatch(/^refused/);
  });
}

function describeBoxed({ call, language }: Bench): void {
  it('is in namespaces of its own, without any right to give back', async () => {
    await call('count');
    const { pid } = innermost();
    const differs = (name: string): boolean =>
      readlinkSync(`/proc/${pid}/ns/${name}`) !== readlinkSync(`/proc/self/ns/${name}`);
    expect(['pid', 'mnt', 'ipc', 'net'].filter((name) => !differs(name))).toEqual([]);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
    expect(statusOf({ pid })).toMatchObject({ CapBnd: 0n });
  });

  it('sees no folder of this machine', async () => {
    expect(await call('list', { path: '/' })).toEqual(
      language === 'module' ? expect.stringMatching(/^refused/) : expect.not.arrayContaining(['home', 'root', 'work']),
    );
  });

  it('fills no disk', async () => {
    expect(await call('litter')).toBeLessThan(10_000);
    expect(Number(await call('fill'))).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  it('finds no way out', async () => expect(await call('escape')).toEqual([]));

  it('has no network, unless it is declared to need one', async () => {
    const server = createServer((socket) => socket.end());
    const port = await listen(server);
    try {
      const target = { host: '127.0.0.1', port };
      expect(await call('connect', target)).toMatch(/refused|unreach/i);
      expect(await call('connect', target, { tool: { risk: 'network' } })).toBe('connected');
    } finally {
      server.close();
    }
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The process that runs the code of others: what prepared its world for it waits outside. */
function innermost(): HostedProcess {
  const [found] = hostProcesses().filter(({ pid }) => !readdirChildren(pid));
  if (found === undefined) throw new Error('no host runs');
  return found;
}

function readdirChildren(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some(
    (task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim() !== '',
  );
}

function statusOf({ pid }: Pick<HostedProcess, 'pid'>): Readonly<Record<string, bigint>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  const numbers = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^(\w+):\s+([0-9a-f]+)/.exec(line) ?? [];
    const digits = name.startsWith('Cap') ? `0x${value}` : value;
    return /^(0x[0-9a-f]+|\d+)$/.test(digits) ? [[name, BigInt(digits)] as const] : [];
  });
  return Object.fromEntries(numbers);
}
