import type { Digest, Flow, Instant, Session } from '#crds';
import type { ResolvedClosure } from './observed-closure.ts';

/** What the trigger of a Flow says about the digest that its closure has now. */
export type TriggerVerdict =
  /** A Session has to be started for it. */
  | { readonly type: 'fire' }
  /** It may still change: look again then. */
  | { readonly type: 'settle'; readonly afterMs: number }
  /** Nothing to start. `seen` where the digest counts from now on as the one that the Flow stands at. */
  | { readonly type: 'rest'; readonly seen: boolean };

/**
 * `onChange` fires when the digest has been stable for `settleSeconds` and no Session of this Flow ran it yet, so that a
 * restored Flow runs nothing again. A change made while the Flow is suspended counts when the suspension ends.
 */
export function triggerVerdict(
  flow: Flow,
  closure: ResolvedClosure,
  sessions: readonly Session[],
  now: Instant,
): TriggerVerdict {
  const { onChange } = flow.spec.trigger;
  if (onChange === undefined) return { type: 'rest', seen: true };
  if (hasRun(flow, closure.digest, sessions)) return { type: 'rest', seen: true };
  const settlesAt = closure.since + onChange.settleSeconds * 1000;
  if (now < settlesAt) return { type: 'settle', afterMs: settlesAt - now };
  const unchanged = flow.status.digest === undefined || flow.status.digest === closure.digest;
  if (unchanged && !onChange.runOnCreate) return { type: 'rest', seen: true };
  return flow.spec.suspend ? { type: 'rest', seen: onChange.runOnCreate } : { type: 'fire' };
}

/** Sessions that were deleted are remembered by the Flow's status. */
function hasRun(flow: Flow, digest: Digest, sessions: readonly Session[]): boolean {
  return (
    sessions.some((session) => (session.status.bundle?.digest ?? session.spec.cause.digest) === digest) ||
    flow.status.lastSession?.digest === digest ||
    (flow.status.outcomes ?? []).some((outcome) => outcome.digest === digest)
  );
}
