import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cgroupFolders } from './cgroups.ts';
import { cgroupName, readFacts } from './facts.ts';

/** Finds what there is of one cluster on this machine, while it runs and after. */
export class Remains {
  readonly #dir: string;
  readonly #cgroup: string;
  readonly #namespaces: readonly string[];

  /** To be made while the cluster runs: later nothing tells which namespaces were its own. */
  constructor(dir: string) {
    const facts = readFacts(dir);
    const keeper = facts.namespaces?.pid ?? 0;
    this.#dir = dir;
    this.#cgroup = cgroupName(facts.id);
    this.#namespaces = ['net', 'mnt'].map((kind) => readlinkSync(`/proc/${keeper}/ns/${kind}`));
  }

  /** Everything that would have to be cleaned up by hand, in words. */
  list(): readonly string[] {
    return [...this.processes(), ...this.things()];
  }

  /** Means nothing once another cluster was started: the kernel gives it the numbers of namespaces that are gone. */
  processes(): readonly string[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => this.#isOfCluster(pid)).map((pid) => `process ${pid}: ${commandOf(pid)}`);
  }

  things(): readonly string[] {
    return [
      ...cgroupFolders(this.#cgroup).map((folder) => `cgroup ${folder}`),
      ...mountsBelow(this.#dir).map((mount) => `mount ${mount}`),
      ...(existsSync(this.#dir) ? [`folder ${this.#dir}`] : []),
    ];
  }

  #isOfCluster(pid: string): boolean {
    try {
      const own = ['net', 'mnt'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
      const isInNamespaces = own.some((namespace) => this.#namespaces.includes(namespace));
      const isInCgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(this.#cgroup);
      return isInNamespaces || isInCgroup || commandOf(pid).includes(this.#dir);
    } catch {
      return false; // the process ended
    }
  }
}

/** The network devices of this process's own network. */
export function networkDevices(): readonly string[] {
  return readdirSync('/sys/class/net').toSorted();
}

function commandOf(pid: string): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

function mountsBelow(dir: string): readonly string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.filter((line) => line.includes(dir));
}
