import type { JsonValue } from '#crds';
import type { ErrorBody } from '../journal/record.ts';
import type { Place } from './place.ts';

/** One iteration of a step, tried until it succeeded or must not be tried again. */
export interface Tried {
  /** Of the last attempt. */
  readonly path: string;
  /** Null where it failed. */
  readonly output: JsonValue;
  readonly error: ErrorBody | null;
  /** Whether there is nothing to repeat: the condition of `until` holds, or there is none. */
  readonly holds: boolean;
}

/** An iteration that a fork took over, null for one that it did not: it ended as it did, whatever the step says now. */
export async function takenTry(base: string, { run: { trail } }: Place): Promise<Tried | null> {
  const ended = trail.taken('step.ended', base);
  if (ended === undefined) return null;
  const { path, body } = ended;
  const { output, outputDigest, error } = body;
  const value: JsonValue = outputDigest === null ? null : await trail.read(output, outputDigest);
  const until = trail.taken('value.recorded', `${path}/until`);
  const holds = until === undefined || (await trail.read(until.body.value, until.body.valueDigest)) === true;
  return { path, output: value, error, holds };
}

/** Whether a fork took over that a step was not executed, or that it was; null where it did not come to it. */
export function takenWish(base: string, { run: { trail } }: Place): boolean | null {
  const skipped = trail.taken('step.skipped', base);
  if (skipped !== undefined) return skipped.body.by !== 'when';
  return trail.taken('step.ended', base) === undefined ? null : true;
}
