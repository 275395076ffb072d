import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { confined, type Confinement, type HostCommand, type Tools } from './confinement.ts';
import type { Machine } from './machine.ts';
import { systemMounts } from './system-mounts.ts';

/** What is in force between tool hosts and the runtime, as `session.started` records it. */
export interface HostIsolation {
  readonly kind: Confinement['kind'];
  /** Whose rights hosts have: another user's, the runtime's user without rights, or all of the runtime's. */
  readonly user: 'other' | 'own, without rights' | 'own';
  /** Whether hosts of tools that only read or write have no network. */
  readonly withoutNetwork: boolean;
  /** Whether memory, open files and, but for `none`, processes are limited by the system. */
  readonly limited: boolean;
}

/** What a machine offers, found out by doing it once: the strictest that works here. */
export async function findConfinement(machine: Machine): Promise<Confinement> {
  for await (const confinement of confinements(machine)) return confinement;
  return { kind: 'none', tools: null };
}

/** What works on a machine, the strictest first; each is tried when it is asked for. */
export async function* confinements(machine: Machine): AsyncGenerator<Confinement> {
  const tools = await findTools(machine);
  for (const confinement of tools === null ? [] : candidates(machine, tools)) {
    if (await works(confinement, machine)) yield confinement;
  }
  yield { kind: 'none', tools };
}

export function isolationOf(confinement: Confinement): HostIsolation {
  const { kind } = confinement;
  const limited = confinement.tools !== null;
  if (kind === 'none') return { kind, user: 'own', withoutNetwork: false, limited };
  if (kind === 'user') return { kind, user: 'other', withoutNetwork: false, limited };
  return { kind, user: confinement.otherUser ? 'other' : 'own, without rights', withoutNetwork: true, limited };
}

/** What may work, the strictest first. */
export function candidates(
  { userId, release }: Pick<Machine, 'userId' | 'release'>,
  tools: Tools,
): readonly Confinement[] {
  const isRoot = userId === 0;
  const namespaces = { kind: 'namespaces', tools } as const;
  const mapped: Confinement = { ...namespaces, otherUser: false, limitsProcesses: countsByNamespace(release) };
  if (!isRoot) return [mapped];
  return [{ ...namespaces, otherUser: true, limitsProcesses: true }, mapped, { kind: 'user', tools }];
}

/** From Linux 5.14 on, processes of a user are counted in each user namespace by itself. */
function countsByNamespace(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 14);
}

async function findTools({ platform, searchPath }: Machine): Promise<Tools | null> {
  if (platform !== 'linux') return null;
  const names = ['unshare', 'setpriv', 'prlimit', 'sh'];
  const [unshare, setpriv, prlimit, sh] = await Promise.all(names.map((name) => findProgram(name, searchPath)));
  if (!unshare || !setpriv || !prlimit || !sh) return null;
  return { unshare, setpriv, prlimit, sh };
}

/** The path of a program, null where there is none of that name. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  const folders = [...searchPath.split(delimiter), '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const file = join(folder, name);
    if (!folder.startsWith('/')) continue;
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not there, or not for us: the next folder may have it.
    }
  }
  return null;
}

/** Runs Node in it, without a network. */
async function works(confinement: Confinement, machine: Machine): Promise<boolean> {
  const root = await mkdtemp(join(machine.temporary, 'orket-probe-'));
  const isBoxed = confinement.kind === 'namespaces';
  const probe: HostCommand = {
    command: [isBoxed ? '/orket/node' : machine.node, '--version'],
    mounts: [...(await systemMounts()), { word: 'file', source: machine.node, target: '/orket/node' }],
    hasNetwork: false,
    root,
    userId: ownUserId(machine, 0),
    memory: { dataBytes: 1024 * 1024 * 1024, addressBytes: null },
  };
  const [file, ...args] = confined(confinement, probe);
  try {
    await promisify(execFile)(file ?? '', args, { env: {}, timeout: 10_000, killSignal: 'SIGKILL' });
    return true;
  } catch {
    // What does not work here is not used; what is used instead is recorded.
    return false;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Linux numbers processes below this. */
const mostProcesses = 2 ** 22;

/** A number in a range that no system gives to users, below 2^31, another one for each host of each process. */
export function ownUserId({ processId }: Pick<Machine, 'processId'>, index: number): number {
  return 1_870_000_000 + (processId % mostProcesses) * 64 + (index % 64);
}
