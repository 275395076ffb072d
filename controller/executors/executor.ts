import type { Session } from '#crds';
import type { AttemptStart, AttemptState } from '../reconcile/plan.ts';

/** Runs attempts of Sessions: as pods, as processes of this machine, later on a queue. */
export interface Executor {
  readonly name: 'process' | 'pod';
  /** Starts attempt N, once: a second call with the same N changes nothing. */
  start(start: AttemptStart): Promise<void>;
  observe(session: Session): Promise<AttemptState>;
  /** Ends the attempt's runner. Its journal stays. */
  stop(session: Session, attempt: number): Promise<void>;
}
