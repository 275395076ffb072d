import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { isInside, type ClusterFacts } from './facts.ts';
import { layoutOf } from './layout.ts';
import { commandBelow, inNamespacesOf } from './namespaces.ts';

export interface ExecOptions {
  /** `inherit` shares this process's input and output, the default; `capture` collects the output instead. */
  readonly stdio?: 'inherit' | 'capture';
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends the command with SIGTERM. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  /** As a shell counts: 128 plus the signal's number for a command that a signal ended. */
  readonly exitCode: number;
  /** Empty unless captured. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command inside the cluster's namespaces, with its tools on PATH and its kubeconfig. Never throws for an exit code. */
export async function execInside(
  facts: ClusterFacts,
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { stdio = 'inherit', cwd = process.cwd() } = options;
  const [program = '', ...rest] = commandLine(facts, cwd, [command, ...args]);
  const env = { ...process.env, ...insideEnvironment(facts), ...options.env };
  const output = stdio === 'inherit' ? 'inherit' : 'pipe';
  const child = spawn(program, rest, { env, cwd, stdio: [stdio === 'inherit' ? 'inherit' : 'ignore', output, output] });
  const captured = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (captured[name] += text));
  }
  const stopForwarding = forwardSignals(child, facts, stdio === 'inherit', options.signal);
  return new Promise<ExecResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), ...captured }),
    );
  }).finally(stopForwarding);
}

/** What a command inside needs to know beside its own environment. */
export function insideEnvironment(facts: ClusterFacts): Record<string, string> {
  const layout = layoutOf(facts.dir);
  return {
    PATH: [...facts.toolFolders, process.env['PATH'] ?? ''].join(delimiter),
    KUBECONFIG: layout.insideKubeconfig,
    KUBECACHEDIR: layout.kubectlCache,
    ORKET_CLUSTER: facts.dir,
    CONTAINERD_ADDRESS: layout.containerdSocket,
    CONTAINERD_NAMESPACE: 'k8s.io',
  };
}

function commandLine(facts: ClusterFacts, cwd: string, command: readonly string[]): readonly string[] {
  if (isInside(facts)) return command;
  if (!facts.namespaces) throw new Error(`the cluster in ${facts.dir} has no namespaces yet: wait until it is ready`);
  return inNamespacesOf(facts.namespaces.pid, cwd, command);
}

/**
 * Passes signals on to the command itself, which is further down than our child. A terminal's Ctrl-C reaches it without us.
 */
function forwardSignals(
  child: ChildProcess,
  facts: ClusterFacts,
  isInherited: boolean,
  abort: AbortSignal | undefined,
): () => void {
  const send = (signal: NodeJS.Signals) => {
    const pid = child.pid ?? 0;
    const target = isInside(facts) ? pid : commandBelow(pid);
    if (target) process.kill(target, signal);
  };
  const onAbort = () => send('SIGTERM');
  abort?.addEventListener('abort', onAbort, { once: true });
  const signals: readonly NodeJS.Signals[] = process.stdin.isTTY
    ? ['SIGTERM', 'SIGHUP']
    : ['SIGTERM', 'SIGHUP', 'SIGINT'];
  // With a terminal, SIGINT must not end this process before the command has ended.
  const ignore = () => {};
  if (isInherited) {
    for (const signal of signals) process.on(signal, send);
    process.on('SIGINT', ignore);
  }
  return () => {
    abort?.removeEventListener('abort', onAbort);
    for (const signal of signals) process.off(signal, send);
    process.off('SIGINT', ignore);
  };
}
