import type { ObjectMeta } from '#crds';
import type { KubeObject, KubeResource } from '../kube/resource.ts';
import { cutText } from '../reconcile/conditions.ts';
import type { AttemptState, Exit, Runner } from '../reconcile/plan.ts';
import { attemptLabel } from './pod-spec.ts';

/** As much of a pod as we read. */
export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly PodCondition[];
    readonly containerStatuses?: readonly { readonly state?: ContainerState }[];
  };
}

interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string };
}

export const pods: KubeResource<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' };

/** What every pod goes through. */
const ordinary = new Set(['ContainerCreating', 'PodInitializing']);
const messageCharacters = 300;

/** What a pod says about its attempt. The container's own end counts before the pod's phase has caught up. */
export function stateOfPod(pod: Pod): Exclude<AttemptState, { readonly state: 'none' }> {
  const attempt = attemptOf(pod);
  const runner = runnerOf(pod);
  const { phase, reason, message, containerStatuses } = pod.status ?? {};
  const { terminated, running, waiting } = containerStatuses?.[0]?.state ?? {};
  if (terminated !== undefined) {
    const exit: Exit = {
      code: terminated.exitCode ?? null,
      reason: reason ?? terminated.reason ?? 'Ended',
      message: cutText((message ?? terminated.message ?? '').trim(), messageCharacters),
    };
    return { state: 'ended', attempt, runner, exit };
  }
  if (phase === 'Failed' || phase === 'Succeeded') {
    const exit: Exit = { code: null, reason: reason ?? phase, message: cutText(message ?? '', messageCharacters) };
    return { state: 'ended', attempt, runner, exit };
  }
  if (running !== undefined) return { state: 'running', attempt, runner };
  return { state: 'starting', attempt, runner, waitsFor: waitsFor(waiting, pod.status?.conditions) };
}

/** 0 for a pod without the label, which is not ours. */
export function attemptOf({ metadata }: Pod): number {
  return Number(metadata.labels?.[attemptLabel] ?? 0);
}

function runnerOf({ metadata, spec }: Pod): Runner {
  return { kind: 'pod', name: metadata.name, uid: metadata.uid ?? '', image: spec?.containers?.[0]?.image ?? null };
}

function waitsFor(waiting: ContainerState['waiting'], conditions: readonly PodCondition[] = []): string | null {
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined) return text(unscheduled.reason, unscheduled.message);
  if (waiting?.reason === undefined || ordinary.has(waiting.reason)) return null;
  return text(waiting.reason, waiting.message);
}

function text(reason = '', message = ''): string {
  return cutText(message === '' ? reason : `${reason}: ${message}`, messageCharacters);
}
