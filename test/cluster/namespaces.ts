import { childrenOf } from './process-identity.ts';

/** Signals that a terminal sends to a whole process group: only the command inside shall act on them. */
const forTheCommand = 'INT,TERM,HUP,QUIT';

const dieWithParent = ['setpriv', '--pdeathsig', 'KILL'] as const;

/**
 * The command line that runs `command` in new network, mount and pid namespaces. When any process between here and
 * the command dies, everything inside dies with it.
 */
export function inNewNamespaces(command: readonly string[]): readonly string[] {
  const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  // The shell is process 1 inside: it buries orphans, and the kernel ends everything else when it ends.
  const firstProcess = ['sh', '-c', '"$@" & wait $!', 'cluster'];
  return [...dieWithParent, ...unshare, ...firstProcess, ...command];
}

/** The command line that runs `command` in the folder `cwd` inside the namespaces kept by the process `keeper`. */
export function inNamespacesOf(keeper: number, cwd: string, command: readonly string[]): readonly string[] {
  const deaf = ['env', `--ignore-signal=${forTheCommand}`];
  // The keeper itself stays in the outer pid namespace; its children are in the new one.
  const at = (name: string) => `/proc/${keeper}/ns/${name}`;
  const enter = ['nsenter', `--net=${at('net')}`, `--mount=${at('mnt')}`, `--pid=${at('pid_for_children')}`, '--'];
  // nsenter ends as its child did, by the same signal, which it is deaf to; the shell makes an exit code of it.
  const count = ['sh', '-c', '"$@"; exit $?', 'count'];
  const attentive = ['env', `--default-signal=${forTheCommand}`, '--chdir', cwd];
  return [...dieWithParent, ...deaf, ...enter, ...dieWithParent, ...count, ...dieWithParent, ...attentive, ...command];
}

/** The command itself, below the process that inNamespacesOf started; undefined before it runs and after. */
export function commandBelow(pid: number): number | undefined {
  const [shell] = childrenOf(pid);
  return shell === undefined ? undefined : childrenOf(shell)[0];
}
