import type { Session } from '#crds';
import type { GatewayClient } from '../gateway/client.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Store } from '../kube/store.ts';
import { attemptName } from '../reconcile/names.ts';
import type { AttemptStart, AttemptState } from '../reconcile/plan.ts';
import type { Executor } from './executor.ts';
import { podOf, sessionUidLabel, type PodSettings } from './pod-spec.ts';
import { attemptOf, pods, stateOfPod, type Pod } from './pod-state.ts';

export interface PodExecutorOptions {
  readonly client: KubeClient;
  readonly gateway: Pick<GatewayClient, 'announce'>;
  /** Session pods as last seen, with the index `session` of `podIndexes`. */
  readonly store: Store<Pod>;
  readonly settings: PodSettings;
}

export const podIndexes = {
  session: ({ metadata }: Pod) => {
    const uid = metadata.labels?.[sessionUidLabel];
    return uid === undefined ? [] : [uid];
  },
};

/** Only session pods: a cluster may hold many thousand others. */
export const podSelector = sessionUidLabel;

/** Runs each attempt as a pod of its own beside the Session. */
export class PodExecutor implements Executor {
  readonly name = 'pod';
  readonly #options: PodExecutorOptions;

  constructor(options: PodExecutorOptions) {
    this.#options = options;
  }

  /** The gateway hears of the attempt first, so that it takes this pod's records and no older one's. */
  async start(start: AttemptStart): Promise<void> {
    const { client, gateway, store, settings } = this.#options;
    const { session, attempt, bundle, launch, previousIsDead } = start;
    const { uid = '', namespace = '', name } = session.metadata;
    await gateway.announce({
      uid,
      namespace,
      session: name,
      attempt,
      bundle,
      launch: { ...launch, session: { ...launch.session } },
      previousIsDead,
    });
    const created = await client.create(pods, podOf(start, settings));
    if (created !== null) store.put(created);
  }

  async observe({ metadata }: Session): Promise<AttemptState> {
    const newest = this.#podsOf(metadata.uid ?? '').at(-1);
    return newest === undefined ? { state: 'none' } : stateOfPod(newest);
  }

  async stop({ metadata }: Session, attempt: number): Promise<void> {
    const pod = this.#podsOf(metadata.uid ?? '').find(
      ({ metadata: { name } }) => name === attemptName(metadata.name, attempt),
    );
    if (pod?.metadata.uid === undefined) return;
    await this.#options.client.remove(pods, metadata.namespace ?? '', pod.metadata.name, { uid: pod.metadata.uid });
  }

  #podsOf(uid: string): readonly Pod[] {
    return this.#options.store.byIndex('session', uid).toSorted((a, b) => attemptOf(a) - attemptOf(b));
  }
}
