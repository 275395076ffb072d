import { readFileSync, readlinkSync } from 'node:fs';

/** Which process, even after its pid was given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process, field 22 of /proc/PID/stat. */
  readonly startTicks: string;
  readonly bootId: string;
  /** The pid namespace in which `pid` means anything. */
  readonly pidNamespace: string;
}

/** The identity of a running process of this pid namespace; undefined when there is none, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  if (!startTicks || state === 'Z' || state === 'X') return undefined;
  return { pid, startTicks, bootId: bootId(), pidNamespace: pidNamespace() };
}

/**
 * Whether the process still runs. One of another pid namespace cannot be seen from here and counts as running,
 * so that nothing which belongs to somebody else is ever taken for abandoned.
 */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  if (identity.pidNamespace !== pidNamespace()) return true;
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

/** The process's children, as the kernel lists them. */
export function childrenOf(pid: number): readonly number[] {
  const text = readProc(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

/** The fields of /proc/PID/stat from the third on: the second, the command, may itself hold spaces and brackets. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // the process ended
  }
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const pidNamespace = () => readlinkSync('/proc/self/ns/pid');
