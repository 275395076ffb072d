import type { Bundle, Digest } from '#crds';
import type { Executor } from '../executors/executor.ts';
import type { Source } from '../sources/source.ts';
import type { Action, Plan } from './plan.ts';

/** Keeps bundles where the runtime of a Session of the same namespace will find them, and no other. */
export interface BundleStore {
  /** Durable on return. Putting it twice changes nothing. */
  put(namespace: string, digest: Digest, bundle: Bundle): Promise<void>;
}

/** What the actions of a plan are carried out with. */
export interface Effects {
  readonly source: Source;
  readonly executor: Executor;
  readonly bundles: BundleStore;
}

/**
 * Carries out a plan in order and stops at the first error, which it throws: the next reconcile decides again from what
 * was done by then. Events come after the fact that they tell.
 */
export async function applyPlan(plan: Plan, effects: Effects): Promise<void> {
  for (const action of plan.actions) await apply(action, effects);
}

function apply(action: Action, { source, executor, bundles }: Effects): Promise<unknown> {
  switch (action.type) {
    case 'putBundle':
      return bundles.put(action.namespace, action.digest, action.bundle);
    case 'createSession':
      return source.createSession(action.session);
    case 'startAttempt':
      return executor.start(action);
    case 'stopAttempt':
      return executor.stop(action.session, action.attempt);
    case 'writeFlowStatus':
      return source.writeFlowStatus(action.flow, action.status);
    case 'writeDefinitionStatus':
      return source.writeDefinitionStatus(action.definition, action.status);
    case 'writeSessionStatus':
      return source.writeSessionStatus(action.session, action.status);
    case 'event':
      return source.event(action.about, action.event);
  }
}
