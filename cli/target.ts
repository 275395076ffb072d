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

export type Target =
  | { readonly type: 'local'; readonly stateDir: string }
  | {
      readonly type: 'cluster';
      readonly kubeconfig: string | null;
      readonly context: string | null;
      readonly namespace: string | null;
    };

/**
 * `--state` means local, `--context` and `--kubeconfig` the cluster. Without any of them it is the local state of this
 * folder where there is one, else the cluster of the kubeconfig. As a plugin of kubectl it is the cluster.
 */
export function targetOf(flags: TargetFlags, terminal: Terminal, plugin: boolean): Target {
  const wantsCluster = flags.context !== undefined || flags.kubeconfig !== undefined;
  if (flags.state !== undefined && wantsCluster) {
    throw new OrketError('Usage', 'it is either local state or a cluster', {
      expected: '--state, or --context and --kubeconfig',
      found: 'both',
    });
  }
  const stateDir = stateDirOf(flags, terminal);
  if (flags.state !== undefined || (!wantsCluster && !plugin && existsSync(stateDir)))
    return { type: 'local', stateDir };
  const kubeconfig = flags.kubeconfig ?? terminal.environment['KUBECONFIG'] ?? null;
  if (!wantsCluster && kubeconfig === null && !existsSync(join(homedir(), '.kube', 'config'))) {
    throw new OrketError('NotFound', 'there is neither local state here nor a cluster', {
      at: terminal.cwd,
      expected: '.orket in this folder, --state DIR, or a kubeconfig',
      found: 'none of them',
      remedy: 'Run a Flow first (`orket run PATH`), or name a cluster (`--kubeconfig FILE`).',
    });
  }
  return { type: 'cluster', kubeconfig, context: flags.context ?? null, namespace: flags.namespace ?? null };
}

/** Where local state is kept: `--state`, else `.orket` in the working folder. */
export function stateDirOf({ state }: TargetFlags, { cwd }: Terminal): string {
  return resolve(cwd, state ?? '.orket');
}
