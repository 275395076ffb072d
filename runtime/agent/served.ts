import { failureOf } from '../call/failure.ts';
import type { RecordBodies } from '../journal/record.ts';
import type { ModelFacts } from '../models/model-error.ts';
import type { Mask } from '../secrets/mask.ts';

type Served = Pick<RecordBodies['model.response'], 'backend' | 'tried' | 'retryAfterMs' | 'free'>;

type Facts = Pick<ModelFacts, 'backend' | 'tried' | 'retryAfterMs' | 'free'>;

/** Which back end had a turn and which others were tried before, as records hold it. */
export function servedBy(facts: Facts, mask: Mask): Served {
  const { backend, retryAfterMs, free } = facts;
  const tried = facts.tried.map((one) => ({ backend: one.backend, error: failureOf(one.error, mask) }));
  return {
    backend,
    ...(tried.length === 0 ? {} : { tried }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    ...(free ? { free } : {}),
  };
}
