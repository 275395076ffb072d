import { homedir } from 'node:os';
import { join } from 'node:path';
import { kindInfo, OrketError, type Kind, type ObjectMeta, type Resource, type Session } from '#crds';
import { kubeClient, type KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import { kubeconfigConnection } from './kubeconfig.ts';
import { pathOf, type KubeObject, type KubeResource } from './resource.ts';
import { transport } from './transport.ts';
import { watchEvents } from './watch.ts';

/** Which cluster, and which namespace when none is said. */
export interface ClusterOptions {
  /** Default: the user's own. */
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly namespace: string | null;
  readonly clock: Clock;
}

/** An Event of Kubernetes, as a person reads it. */
export interface ClusterEvent {
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What the command line does with a cluster, as the user of the kubeconfig. */
export interface Cluster {
  readonly namespace: string;
  get(kind: Kind, namespace: string, name: string): Promise<Resource | undefined>;
  /** Of every namespace for null. */
  list(kind: Kind, namespace: string | null): Promise<readonly Resource[]>;
  events(about: Resource): Promise<readonly ClusterEvent[]>;
  createSession(session: Session): Promise<Session>;
  /** The Session now and after each change, until the signal fires or it is gone. */
  follow(namespace: string, name: string, signal: AbortSignal): AsyncIterable<Session>;
}

export async function connect({ kubeconfig, context, namespace, clock }: ClusterOptions): Promise<Cluster> {
  const file = kubeconfig ?? join(homedir(), '.kube', 'config');
  const connection = await kubeconfigConnection(file, context ?? undefined);
  return clusterOf(kubeClient(transport(connection, 'orket'), clock), namespace ?? connection.namespace);
}

type Typed = Resource & KubeObject;

function resourceOf(kind: Kind): KubeResource<Typed> {
  const info = kindInfo(kind);
  if (info === undefined) throw new OrketError('Internal', `there is no kind ${kind}`);
  return { group: 'orket.dev', version: 'v1alpha1', kind, plural: info.plural };
}

const sessions: KubeResource<Session> = {
  group: 'orket.dev',
  version: 'v1alpha1',
  kind: 'Session',
  plural: 'sessions',
};

interface EventObject extends KubeObject {
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string;
  readonly regarding?: { readonly uid?: string };
  readonly series?: { readonly lastObservedTime?: string };
}

const eventResource: KubeResource<EventObject> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
};

function clusterOf(client: KubeClient, namespace: string): Cluster {
  return {
    namespace,
    get: async (kind, inNamespace, name) => (await client.get(resourceOf(kind), inNamespace, name)) ?? undefined,
    list: (kind, inNamespace) => all(client, resourceOf(kind), inNamespace),
    async events(about) {
      const list = await all(client, eventResource, about.metadata.namespace ?? namespace);
      return list
        .filter(({ regarding }) => regarding?.uid === about.metadata.uid)
        .map(({ metadata, type, reason, note, eventTime, series }) => ({
          time: series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? '',
          type: type ?? '',
          reason: reason ?? '',
          message: note ?? '',
        }))
        .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    },
    async createSession(session) {
      const { status: _ours, ...body } = session;
      const created = await client.create(sessions, body);
      if (created !== null) return created;
      throw new OrketError('Conflict', 'there is a Session of that name already', { found: session.metadata.name });
    },
    follow: (inNamespace, name, signal) => follow(client, inNamespace, name, signal),
  };
}

const pageSize = 500;

async function all<T extends KubeObject>(
  client: KubeClient,
  resource: KubeResource<T>,
  namespace: string | null,
): Promise<readonly T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const scope = namespace === null ? {} : { namespace };
    const page = await client.list(
      resource,
      scope,
      next === undefined ? { limit: pageSize } : { limit: pageSize, next },
    );
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return items;
}

const watchSeconds = 300;
/** The API server sends a bookmark about every minute. */
const silenceMs = 90_000;

async function* follow(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): AsyncIterable<Session> {
  while (!signal.aborted) {
    const session = await client.get(sessions, namespace, name);
    if (session === null) return;
    yield session;
    const resourceVersion = session.metadata.resourceVersion ?? '';
    const options = { resourceVersion, timeoutSeconds: watchSeconds, signal };
    const answer = await client.watch(sessions, { namespace }, options);
    for await (const event of watchEvents<Session>(answer, pathOf(sessions, namespace), silenceMs)) {
      if (event.type === 'bookmark' || event.object.metadata.name !== name) continue;
      if (event.type === 'gone') return;
      yield event.object;
    }
  }
}
