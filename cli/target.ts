import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { OrketError } from '#crds';
import type { Terminal } from './terminal.ts';

/** The flags that say where a verb looks. */
export interface TargetFlags {
  readonly state?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
}

export interface ManifestFlags extends TargetFlags {
  readonly filename?: readonly string[];
}

export type Target = LocalTarget | ClusterTarget;

/** Where a verb that shows objects takes them from. */
export type Place = Target | ManifestPlace;

/** `namespace` as `-n`: of what names none; null where nothing was said. */
export interface ManifestPlace {
  readonly type: 'manifests';
  readonly paths: readonly string[];
  readonly namespace: string | null;
}

export interface LocalTarget {
  readonly type: 'local';
  readonly stateDir: string;
}

/** Null where the kubeconfig decides. */
export interface ClusterTarget {
  readonly type: 'cluster';
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly namespace: string | null;
}

/**
 * `--state` means local, `--context` and `--kubeconfig` the cluster. Without any of them it is the local state of this
 * folder where there is one, else the cluster of the kubeconfig. As a plugin of kubectl it is the cluster. Throws Usage
 * where both are asked for, NotFound where there is neither.
 */
export function targetOf(flags: TargetFlags, terminal: Terminal, plugin: boolean): Target {
  const stateDir = stateDirOf(flags, terminal);
  const namesCluster = flags.context !== undefined || flags.kubeconfig !== undefined;
  if (flags.state !== undefined && namesCluster) {
    throw new OrketError('Usage', 'it is either local state or a cluster', {
      expected: '--state, or --context and --kubeconfig',
      found: 'both',
    });
  }
  if (flags.state !== undefined || (!namesCluster && !plugin && existsSync(stateDir)))
    return { type: 'local', stateDir };
  const cluster = clusterTarget(flags, terminal, plugin);
  if (cluster !== null) return cluster;
  throw new OrketError('NotFound', 'there is neither local state here nor a cluster', {
    at: terminal.cwd,
    expected: '.orket in this folder, --state DIR, or a kubeconfig',
    found: 'none of them',
    remedy: 'Run a Flow first (`orket run PATH`), or name a cluster (`--kubeconfig FILE`).',
  });
}

/** The same, or the manifests that `-f` names. */
export function placeOf(flags: ManifestFlags, terminal: Terminal, plugin: boolean): Place {
  if (flags.filename === undefined) return targetOf(flags, terminal, plugin);
  return { type: 'manifests', paths: flags.filename, namespace: flags.namespace ?? null };
}

/** The cluster that the flags name, else that of the environment; null where nothing says of one. */
export function clusterTarget(flags: TargetFlags, { environment }: Terminal, plugin: boolean): ClusterTarget | null {
  const kubeconfig = flags.kubeconfig ?? environment['KUBECONFIG'] ?? null;
  const named = flags.context !== undefined || kubeconfig !== null || plugin;
  if (!named && !existsSync(join(environment['HOME'] ?? homedir(), '.kube', 'config'))) return null;
  return { type: 'cluster', kubeconfig, context: flags.context ?? null, namespace: flags.namespace ?? null };
}

/** Where local state is kept: `--state`, else `.orket` in the working folder. */
export function stateDirOf({ state }: TargetFlags, { cwd }: Terminal): string {
  return resolve(cwd, state ?? '.orket');
}
