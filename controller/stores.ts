import type { Kind, OrketError, Resource } from '#crds';
import { podIndexes, podSelector } from './executors/pod.ts';
import { pods, type Pod } from './executors/pod-state.ts';
import type { KubeClient } from './kube/client.ts';
import type { Clock } from './kube/clock.ts';
import { resourceOf } from './kube/kinds.ts';
import { Reflector } from './kube/reflector.ts';
import { Store } from './kube/store.ts';
import type { KindStores } from './sources/cluster.ts';

/** Everything of a cluster that the controller looks at. */
export interface Stores {
  readonly kinds: KindStores;
  readonly pods: Store<Pod>;
}

export interface StoresOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** One namespace, or all for null. */
  readonly namespace: string | null;
  readonly onTrouble: (what: string, error: OrketError) => void;
}

const indexes = {
  namespace: ({ metadata }: Resource) => [metadata.namespace ?? ''],
  uid: ({ metadata }: Resource) => [metadata.uid ?? ''],
  /** Sessions by their Flow, `NAMESPACE/NAME`. */
  flow: (resource: Resource) =>
    resource.kind === 'Session' ? [`${resource.metadata.namespace ?? ''}/${resource.spec.flowRef.name}`] : [],
};

export function createStores(): Stores {
  const store = (): Store<Resource> => new Store(indexes);
  const kinds: Record<Kind, Store<Resource>> = {
    Band: store(),
    Flow: store(),
    Policy: store(),
    Score: store(),
    Session: store(),
    Toolset: store(),
    Venue: store(),
  };
  return { kinds, pods: new Store<Pod>(podIndexes) };
}

/** Keeps the stores equal to the cluster until the signal aborts; `synced` once each holds a whole list. */
export function reflectStores(
  { kinds, pods: podStore }: Stores,
  { client, clock, namespace, onTrouble }: StoresOptions,
  signal: AbortSignal,
): { readonly synced: Promise<unknown>; readonly ended: Promise<unknown> } {
  const scope = namespace === null ? {} : { namespace };
  const reflectors = [
    ...Object.entries(kinds).map(([kind, store]) => {
      const resource = resourceOf(kind as Kind);
      return new Reflector({ client, clock, scope, resource, store, onTrouble: (error) => onTrouble(kind, error) });
    }),
    new Reflector({
      client,
      clock,
      scope: { ...scope, labelSelector: podSelector },
      resource: pods,
      store: podStore,
      onTrouble: (error) => onTrouble('Pod', error),
    }),
  ];
  return {
    synced: Promise.all(reflectors.map((reflector) => reflector.synced)),
    ended: Promise.all(reflectors.map((reflector) => reflector.run(signal))),
  };
}
