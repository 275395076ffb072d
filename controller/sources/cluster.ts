import type { Flow, FlowStatus, Kind, Resource, Session, SessionStatus } from '#crds';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Store } from '../kube/store.ts';
import { resourceOf } from '../kube/kinds.ts';
import type { Definition, DefinitionStatus, EventText, ObjectKey } from '../reconcile/plan.ts';
import type { Source } from './source.ts';

/** A store for each kind, with the index `namespace`. */
export type KindStores = Readonly<Record<Kind, Store<Resource>>>;

export interface ClusterSourceOptions {
  readonly client: KubeClient;
  readonly stores: KindStores;
  readonly events: EventRecorder;
}

const fieldManager = 'orket-controller';
const definitionKinds = ['Band', 'Venue', 'Score', 'Toolset', 'Policy', 'Flow'] as const;

/** Resources from an API server, as last seen, and status back to it. What was written is seen at once. */
export class ClusterSource implements Source {
  readonly #options: ClusterSourceOptions;

  constructor(options: ClusterSourceOptions) {
    this.#options = options;
  }

  resources(namespace: string): readonly Resource[] {
    return definitionKinds.flatMap((kind) => this.#options.stores[kind].byIndex('namespace', namespace));
  }

  async createSession(session: Session): Promise<boolean> {
    const { status: _, ...body } = session;
    const created = await this.#options.client.create(resourceOf('Session'), body);
    if (created !== null) this.#options.stores.Session.put(created);
    return created !== null;
  }

  writeFlowStatus(flow: Flow, status: FlowStatus): Promise<void> {
    return this.#write(flow, status);
  }

  writeDefinitionStatus(definition: Definition, status: DefinitionStatus): Promise<void> {
    return this.#write(definition, status);
  }

  writeSessionStatus(session: Session, status: SessionStatus): Promise<void> {
    return this.#write(session, status);
  }

  event(about: ObjectKey, event: EventText): Promise<void> {
    return this.#options.events.record(about, event);
  }

  /**
   * Only over the version that was looked at: a controller that has just taken over, or an object made anew under the same
   * name, gives `Conflict` and is looked at again.
   */
  async #write({ kind, metadata }: Resource, status: object): Promise<void> {
    const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
    const body = { metadata: { name, namespace, uid, resourceVersion }, status };
    const written = await this.#options.client.apply(resourceOf(kind), body, { fieldManager, subresource: 'status' });
    if (written !== null) this.#options.stores[kind].put(written);
  }
}
