import { canonicalJson, formatSecond, type Condition, type ConditionStatus, type Instant, type JsonValue } from '#crds';

/** A condition before it is known when it changed. */
export interface Claim {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

const messageCharacters = 1024;

/**
 * The conditions of a status: exactly the claims, in their order. The time of the last transition moves only where the
 * status of a condition flips. `Reconciling` and `Stalled` must be left out where they do not hold, and never both hold:
 * kstatus takes the first that it finds.
 */
export function conditions(
  claims: readonly Claim[],
  previous: readonly Condition[] | undefined,
  generation: number,
  now: Instant,
): readonly Condition[] {
  return claims.map((claim) => {
    const before = previous?.find(({ type }) => type === claim.type);
    return {
      type: claim.type,
      status: claim.status,
      reason: claim.reason,
      message: cutText(claim.message, messageCharacters),
      observedGeneration: generation,
      lastTransitionTime: before?.status === claim.status ? before.lastTransitionTime : formatSecond(now),
    };
  });
}

/** Whether something is as it should be: Ready alone, or Ready=False with Stalled, which kstatus reads as failed. */
export function readyClaims(
  refusal: { readonly reason: string; readonly message: string } | null,
  message: string,
): readonly Claim[] {
  if (refusal === null) return [{ type: 'Ready', status: 'True', reason: 'Valid', message }];
  const why = { reason: refusal.reason, message: refusal.message };
  return [
    { type: 'Ready', status: 'False', ...why },
    { type: 'Stalled', status: 'True', ...why },
  ];
}

/** The status of one condition, undefined where there is none. */
export function conditionStatus(list: readonly Condition[] | undefined, type: string): ConditionStatus | undefined {
  return list?.find((condition) => condition.type === type)?.status;
}

/** Whether writing `next` over `previous` would change nothing. */
export function sameStatus(previous: object, next: object): boolean {
  return comparable(previous) === comparable(next);
}

function comparable(status: object): string {
  const plain: JsonValue = JSON.parse(JSON.stringify(status));
  return canonicalJson(plain);
}

/** At most that many code points, with an ellipsis where something was cut off. */
export function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const points = Array.from(text);
  return points.length <= characters ? text : `${points.slice(0, characters - 1).join('')}…`;
}
