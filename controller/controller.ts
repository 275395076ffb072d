import { checkClosure, OrketError, type Flow, type Instant, type Resource, type Session } from '#crds';
import type { Pod } from './executors/pod-state.ts';
import type { Clock } from './kube/clock.ts';
import type { Change } from './kube/store.ts';
import { runWorkers, type Outcome } from './kube/workers.ts';
import { WorkQueue } from './kube/workqueue.ts';
import type { Projections } from './projections.ts';
import { observeSession, type ObserveOptions } from './observe.ts';
import { applyPlan, type Effects } from './reconcile/apply.ts';
import { reconcileDefinition } from './reconcile/definition.ts';
import { reconcileFlow } from './reconcile/flow.ts';
import { isFinal } from './reconcile/history.ts';
import type { JournalView, Plan } from './reconcile/plan.ts';
import { reconcileSession } from './reconcile/session.ts';
import { ClusterClosures, clusterProblems } from './sources/cluster-closure.ts';
import type { Stores } from './stores.ts';

export interface ControllerOptions extends ObserveOptions {
  readonly stores: Stores;
  readonly projections: Projections;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly workers: number;
  readonly onFailure: (key: string, error: OrketError, pauseMs: number) => void;
}

/** A journal that only goes on is looked at that often; its first record and its end at once. */
const progressMs = 1000;
/** Every request that a reconcile makes has a shorter bound, so that one which goes on for longer will never end. */
const stuckMs = 10 * 60_000;
/** A safety net: everything is looked at again even if no change was ever told. */
const resyncMs = 20 * 60_000;

/** Watches resources, pods and journals, and reconciles one key at a time: `KIND/NAMESPACE/NAME`. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #closures = new ClusterClosures();
  /** What is worked on now, and since when; the oldest comes first. */
  readonly #since = new Map<string, Instant>();

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ clock: options.clock });
    const { kinds, pods } = options.stores;
    for (const store of Object.values(kinds)) store.onChange((change) => this.#resourceChanged(change));
    pods.onChange((change) => this.#podChanged(change));
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#queue.depth;
  }

  /** What keeps a worker from ever going on, null where each is idle or makes progress. */
  stuck(): string | null {
    const [oldest] = this.#since;
    if (oldest === undefined) return null;
    const [key, since] = oldest;
    const ms = this.#options.clock.now() - since;
    return ms < stuckMs ? null : `the reconcile of ${key} has gone on for ${Math.floor(ms / 1000)} s`;
  }

  /** Works until the signal aborts, and returns when what was begun is done. Stores must be synced. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#queue.close(), { once: true });
    this.#resync();
    const { workers: count, onFailure } = this.#options;
    await runWorkers({ queue: this.#queue, count, reconcile: (key) => this.#reconcile(key), onFailure });
  }

  journalChanged(uid: string, view: JournalView): void {
    for (const session of this.#options.stores.kinds.Session.byIndex('uid', uid)) {
      if (view.ended !== null || session.kind !== 'Session' || session.status.phase !== 'Running') this.#add(session);
      else this.#queue.addAfter(keyOf(session), progressMs);
    }
  }

  /** Journals may have changed unheard. */
  journalsMissed(): void {
    for (const session of this.#options.stores.kinds.Session.values()) if (isActive(session)) this.#add(session);
  }

  #resync(): void {
    const { stores, clock } = this.#options;
    for (const store of Object.values(stores.kinds)) for (const object of store.values()) this.#add(object);
    clock.schedule(resyncMs * (0.75 + clock.random() / 2), () => this.#resync());
  }

  /** A status that we wrote ourselves asks for nothing new from the same object. */
  #resourceChanged({ before, after }: Change<Resource>): void {
    const object = after ?? before;
    if (object === null) return;
    if (after === null) this.#forget(object);
    const isStatusOnly =
      before !== null &&
      after !== null &&
      before.metadata.uid === after.metadata.uid &&
      before.metadata.generation === after.metadata.generation &&
      before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
      JSON.stringify(before.metadata.labels) === JSON.stringify(after.metadata.labels);
    if (!isStatusOnly && after !== null) this.#add(after);
    if (object.kind === 'Session') {
      if (!isStatusOnly || isNews(before, after)) this.#addNamed('Flow', object, object.spec.flowRef.name);
    } else if (!isStatusOnly) {
      this.#closureChanged(object);
    }
  }

  /** Flows of the namespace may refer to it, and their Sessions may have waited for it. */
  #closureChanged(changed: Resource): void {
    const { Flow: flows, Session: sessions } = this.#options.stores.kinds;
    const { namespace = '' } = changed.metadata;
    if (changed.kind !== 'Flow') for (const flow of flows.byIndex('namespace', namespace)) this.#add(flow);
    for (const session of sessions.byIndex('namespace', namespace)) {
      if (isActive(session) && session.kind === 'Session' && session.status.attempt === undefined) this.#add(session);
    }
  }

  #podChanged({ before, after }: Change<Pod>): void {
    const pod = after ?? before;
    const name = pod?.metadata.labels?.['orket.dev/session'];
    if (pod !== null && name !== undefined) this.#addNamed('Session', pod, name);
  }

  #forget(object: Resource): void {
    const { uid = '' } = object.metadata;
    if (object.kind === 'Flow') this.#closures.forget(uid);
    if (object.kind === 'Session') this.#options.projections.forget(uid);
  }

  #add(object: Resource): void {
    this.#queue.add(keyOf(object));
  }

  #addNamed(kind: 'Flow' | 'Session', { metadata }: Pick<Resource | Pod, 'metadata'>, name: string): void {
    this.#queue.add(`${kind}/${metadata.namespace ?? ''}/${name}`);
  }

  async #reconcile(key: string): Promise<Outcome> {
    this.#since.set(key, this.#options.clock.now());
    try {
      const [kind = '', namespace = '', name = ''] = key.split('/');
      const store = Object.entries(this.#options.stores.kinds).find(([known]) => known === kind)?.[1];
      const object = store?.get(namespace, name);
      if (object === undefined) return { type: 'done' };
      const plan = await this.#decide(object);
      await applyPlan(plan, this.#options.effects);
      return plan.againAfterMs === undefined ? { type: 'done' } : { type: 'done', againAfterMs: plan.againAfterMs };
    } catch (error) {
      return { type: 'failed', error: asOrketError(error) };
    } finally {
      this.#since.delete(key);
    }
  }

  async #decide(object: Resource): Promise<Plan> {
    const now = this.#options.clock.now();
    switch (object.kind) {
      case 'Flow':
        return this.#decideFlow(object, now);
      case 'Session':
        return this.#decideSession(object, now);
      case 'Band':
      case 'Venue':
      case 'Score':
      case 'Toolset':
      case 'Policy':
        return reconcileDefinition(object, [...checkClosure([object]).problems, ...clusterProblems(object)], now);
    }
  }

  #decideFlow(flow: Flow, now: number): Plan {
    const { namespace = '', name } = flow.metadata;
    const closure = this.#closures.observe(flow, this.#options.effects.source.resources(namespace), now);
    const sessions = this.#options.stores.kinds.Session.byIndex('flow', `${namespace}/${name}`).filter(isSession);
    return reconcileFlow(flow, { closure, sessions }, now);
  }

  async #decideSession(session: Session, now: number): Promise<Plan> {
    const { stores, effects, projections } = this.#options;
    const { namespace = '', uid = '' } = session.metadata;
    const flow = stores.kinds.Flow.get(namespace, session.spec.flowRef.name);
    const resources = effects.source.resources(namespace);
    const observed = await observeSession(session, flow?.kind === 'Flow' ? flow : undefined, resources, this.#options);
    if (isFinal(session.status.phase)) projections.forget(uid);
    return reconcileSession(session, observed, now);
  }
}

function keyOf({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function isSession(resource: Resource): resource is Session {
  return resource.kind === 'Session';
}

function isActive(resource: Resource): boolean {
  return resource.kind === 'Session' && !isFinal(resource.status.phase);
}

/** What a Flow shows of its Sessions. */
function isNews(before: Resource | null, after: Resource | null): boolean {
  if (before?.kind !== 'Session' || after?.kind !== 'Session') return true;
  return before.status.phase !== after.status.phase || before.status.bundle?.digest !== after.status.bundle?.digest;
}

function asOrketError(error: unknown): OrketError {
  if (error instanceof OrketError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : 'a failure without a message';
  return new OrketError('Internal', text.slice(0, 1000), {}, error);
}
