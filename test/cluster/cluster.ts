import { existsSync } from 'node:fs';
import { buildTools, type Report } from './build.ts';
import { runCommand } from './command.ts';
import { execInside, insideEnvironment, type ExecOptions, type ExecResult } from './exec.ts';
import { isInside, readFacts, type ClusterFacts } from './facts.ts';
import { layoutOf } from './layout.ts';
import { importImage } from './parts/containerd.ts';
import { pauseImage } from './pause-image.ts';
import { holds, type Size } from './size.ts';
import { startSupervisor, stopSupervisor } from './supervision.ts';
import { installSystemPackages } from './system-packages.ts';
import { toolsFor } from './tools.ts';

/** A real Kubernetes in network, mount and process namespaces of its own. */
export interface Cluster {
  readonly size: Size;
  /** Everything the cluster writes is in this folder. */
  readonly dir: string;
  /**
   * For use from where this process is: from outside through a port of 127.0.0.1.
   * Contexts: admin, alice and bob (group dev), carol (no group).
   */
  readonly kubeconfig: string;
  /** For processes inside the namespaces. */
  readonly insideKubeconfig: string;
  /** Runs a command inside the namespaces, where pods and Services can be reached. */
  exec(command: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs kubectl, from wherever this process is, and returns its output. Throws CommandFailed. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Makes the image of an OCI archive known to the node; pods use it with `imagePullPolicy: Never`. */
  importImage(archive: string): Promise<void>;
  /** Takes everything down and waits until nothing is left. */
  stop(): Promise<void>;
}

interface KubectlOptions {
  /** A context of the kubeconfig; admin unless told. */
  readonly as?: string;
  readonly input?: string;
}

export interface ClusterOptions {
  readonly size: Size;
  /** OCI archives to import before the cluster counts as ready. */
  readonly images?: readonly string[];
  /** Where progress goes, a line at a time; standard error unless told. */
  readonly report?: Report;
  /** True for a cluster that shall go on when this process ends. */
  readonly stays?: boolean;
}

/**
 * Starts a cluster and waits until it is ready. It ends with `stop`, or when this process ends, however that happens.
 * What it needs and the machine lacks is built or installed first. Throws with the part that failed and its last words.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { size, images = [], report = reportToStderr, stays = false } = options;
  await installSystemPackages(size, report);
  const toolFolders = await buildTools(toolsFor(size), report);
  const imageArchives = holds(size, 'node') ? [await pauseImage(), ...images] : [];
  const dir = await startSupervisor({ size, toolFolders, imageArchives }, { report, stays });
  return joinCluster(dir);
}

/** The running cluster in a folder; by default the one that ORKET_CLUSTER names, as it does inside. */
export function joinCluster(dir: string | undefined = process.env['ORKET_CLUSTER']): Cluster {
  if (!dir) {
    throw new Error(
      'expected to run inside a cluster: start one with `npm run cluster -- up` and use `npm run cluster -- exec`',
    );
  }
  const facts = readFacts(dir);
  const layout = layoutOf(dir);
  return {
    size: facts.size,
    dir,
    kubeconfig: kubeconfigFor(facts),
    insideKubeconfig: layout.insideKubeconfig,
    exec: (command, args, options) => execInside(facts, command, args, options),
    kubectl: (args, options) => kubectl(facts, args, options),
    importImage: (archive) => importInto(facts, archive),
    stop: () => stopSupervisor(dir),
  };
}

function kubectl(
  facts: ClusterFacts,
  args: readonly string[],
  { as = 'admin', input = '' }: KubectlOptions = {},
): Promise<string> {
  const env = { ...process.env, ...insideEnvironment(facts), KUBECONFIG: kubeconfigFor(facts) };
  return runCommand('kubectl', ['--context', as, ...args], { env, input });
}

function kubeconfigFor(facts: ClusterFacts): string {
  const layout = layoutOf(facts.dir);
  return isInside(facts) ? layout.insideKubeconfig : layout.kubeconfig;
}

async function importInto(facts: ClusterFacts, archive: string): Promise<void> {
  if (!existsSync(archive)) throw new Error(`${archive}: expected an OCI archive, found nothing`);
  if (!holds(facts.size, 'node'))
    throw new Error(`a cluster of size ${facts.size} runs no pods: start one of size node`);
  // The socket is a file, which both sides of the namespaces can see.
  await importImage(layoutOf(facts.dir).containerdSocket, archive, insideEnvironment(facts)['PATH']);
}

function reportToStderr(line: string): void {
  process.stderr.write(`cluster: ${line}\n`);
}
