import { boxScript } from './box-script.ts';

/**
 * What keeps a host from the runtime and from its user. `namespaces`: files, processes, network and messages of its own;
 * `user`: only another user; `none`: the runtime's own user, which can read what the runtime can.
 */
export type Confinement =
  | {
      readonly kind: 'namespaces';
      /** Another user of the machine, where the runtime is root; else the runtime's, without any of its rights. */
      readonly otherUser: boolean;
      readonly tools: Tools;
      readonly limitsProcesses: boolean;
    }
  | { readonly kind: 'user'; readonly tools: Tools }
  | { readonly kind: 'none'; readonly tools: Tools | null };

/** Programs of util-linux and the shell, by their paths. */
export interface Tools {
  readonly unshare: string;
  readonly setpriv: string;
  readonly prlimit: string;
  readonly sh: string;
}

/** Something that a host sees beside its own folders. */
export interface Mount {
  readonly word: 'folder' | 'file' | 'link' | 'device' | 'room';
  readonly source: string;
  readonly target: string;
}

export interface HostCommand {
  readonly command: readonly string[];
  /** Everything the command needs, used with namespaces only. */
  readonly mounts: readonly Mount[];
  readonly hasNetwork: boolean;
  /** An empty folder: the root of the box is built there. */
  readonly root: string;
  /** A user of the machine that nobody else is, used where hosts run as another user. */
  readonly userId: number;
  readonly memory: HostMemory;
}

/** What one process of a host may have. */
export interface HostMemory {
  /** Of its own. */
  readonly dataBytes: number;
  /** Of all that it maps, also what it shares with others; null where the interpreter reserves more than it ever uses. */
  readonly addressBytes: number | null;
}

const openFiles = 256;
const processes = 64;
const roomBytes = 64 * 1024 * 1024;

/** The command that runs a host under what is in force. */
export function confined(confinement: Confinement, host: HostCommand): readonly string[] {
  switch (confinement.kind) {
    case 'namespaces':
      return inNamespaces(confinement, host);
    case 'user': {
      const { prlimit, setpriv, sh } = confinement.tools;
      const limited = [prlimit, ...limits(host, true), setpriv, '--pdeathsig', 'KILL', '--no-new-privs'];
      return firstToGo(sh, [...limited, ...asUser(host.userId), '--', ...host.command]);
    }
    case 'none': {
      if (confinement.tools === null) return host.command;
      const { prlimit, setpriv, sh } = confinement.tools;
      // The limit of processes counts all of a user's, so here it would hit others.
      const limited = [prlimit, ...limits(host, false), setpriv, '--pdeathsig', 'KILL', '--no-new-privs'];
      return firstToGo(sh, [...limited, '--', ...host.command]);
    }
  }
}

/**
 * Memory that processes share is counted for none of them: where a host takes all that there is, the kernel ends the host
 * and not its neighbours. `box-script.ts` does the same.
 */
function firstToGo(sh: string, command: readonly string[]): readonly string[] {
  const script = 'echo 1000 2>/dev/null >/proc/self/oom_score_adj; PATH=/usr/bin:/bin; exec env -i "$@"';
  return [sh, '-c', script, 'orket', ...command];
}

/**
 * The command that ends whatever a host has left running, null where its end takes all of it along already, or where
 * nothing tells its processes from others. Where a host has a user of its own, everything of that user is the host's.
 */
export function sweep(confinement: Confinement, userId: number): readonly string[] | null {
  if (confinement.kind !== 'user') return null;
  const { setpriv, sh } = confinement.tools;
  return [setpriv, ...asUser(userId), '--', sh, '-c', 'kill -s KILL -- -1'];
}

type InNamespaces = Extract<Confinement, { readonly kind: 'namespaces' }>;

function inNamespaces(confinement: InNamespaces, host: HostCommand): readonly string[] {
  const { otherUser, limitsProcesses } = confinement;
  const { unshare, setpriv, prlimit, sh } = confinement.tools;
  const user = otherUser ? [] : ['--user', '--map-root-user'];
  const network = host.hasNetwork ? [] : ['--net'];
  const own = [...user, '--pid', '--mount', '--ipc', ...network, '--fork', '--kill-child'];
  const room: Mount = { word: 'room', source: String(roomBytes), target: '/tmp' };
  const mounts = [room, ...host.mounts].flatMap(({ word, source, target }) => [word, source, target]);
  const without = ['--pdeathsig', 'KILL', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];
  const inBox = [prlimit, ...limits(host, limitsProcesses), setpriv, ...without];
  return [
    setpriv,
    '--pdeathsig',
    'KILL',
    unshare,
    ...own,
    sh,
    '-c',
    boxScript,
    'orket',
    host.root,
    otherUser ? 'shared' : 'alone',
    ...mounts,
    '--',
  ].concat(inBox, otherUser ? asUser(host.userId) : [], ['--', ...host.command]);
}

function asUser(id: number): readonly string[] {
  return [`--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
}

function limits({ memory }: HostCommand, countsProcesses: boolean): readonly string[] {
  const { dataBytes, addressBytes } = memory;
  const mapped = addressBytes === null ? [] : [`--as=${addressBytes}`];
  const all = [`--data=${dataBytes}`, ...mapped, `--nofile=${openFiles}`, '--core=0', `--fsize=${roomBytes}`];
  return countsProcesses ? [...all, `--nproc=${processes}`] : all;
}
