/** Signals that a person's terminal sends to a whole process group: only the command inside shall act on them. */
const forwardedToCommand = 'INT,TERM,HUP,QUIT';

const dieWithParent = ['setpriv', '--pdeathsig', 'KILL'] as const;

/**
 * The command line that runs `command` in new network, mount and pid namespaces. When any process between here and
 * the command dies, everything inside dies with it.
 */
export function inNewNamespaces(command: readonly string[]): readonly string[] {
  // The shell is process 1 inside: it buries orphans, and the kernel ends everything else when it ends.
  const firstProcess = ['sh', '-c', '"$@" & wait $!', 'cluster', ...command];
  return [...dieWithParent, 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...firstProcess];
}

/** The command line that runs `command` in the folder `cwd` inside the namespaces kept by the process `keeper`. */
export function inNamespacesOf(keeper: number, cwd: string, command: readonly string[]): readonly string[] {
  return [
    ...dieWithParent,
    ...['env', `--ignore-signal=${forwardedToCommand}`],
    // The keeper itself stays in the outer pid namespace; its children are in the new one.
    ...['nsenter', `--net=/proc/${keeper}/ns/net`, `--mount=/proc/${keeper}/ns/mnt`, `--pid=/proc/${keeper}/ns/pid_for_children`, '--'],
    ...dieWithParent,
    ...['env', `--default-signal=${forwardedToCommand}`, '--chdir', cwd],
    ...command,
  ];
}
