import type { Bundle, Digest, Instant } from '#crds';
import type { Refusal } from './plan.ts';

/** What the references of a Flow lead to now. */
export type ObservedClosure = ResolvedClosure | RefusedClosure;

export interface RefusedClosure extends Refusal {
  readonly state: 'refused';
  /** Since when it has been refused without a break. */
  readonly since: Instant;
}

/** All that a Flow refers to, resolved with the Flow's own inputs. */
export interface ResolvedClosure {
  readonly state: 'resolved';
  readonly digest: Digest;
  readonly bundle: Bundle;
  /** Since when the closure has had this digest without a break, as far as this process has watched. */
  readonly since: Instant;
}
