import { OrketError, type Reason } from '#crds';
import { factsOf, isFree, ModelError, type Tried } from '../model-error.ts';
import type { Verdict } from './admission.ts';

/** What an error of one back end means: for that one, and for the turn. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Whether another back end is asked, within the same attempt at the turn. */
  readonly elsewhere: boolean;
}

/** Errors that tell of the server and not of the request. */
const unwell: ReadonlySet<Reason> = new Set<Reason>([
  'ModelUnreachable',
  'ModelBusy',
  'ModelTimeout',
  'ModelAnswerBroken',
  'ProviderNotAvailable',
]);

/** A key, an address or a model's name that is wrong for one back end may be right for another. */
const misconfigured: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * Judges the end of a turn that failed. Another back end is asked in the same attempt only where it is certain that this
 * one charges nothing: an attempt has set aside what one back end may use, and its record says what became of that.
 */
export function judge(error: unknown, begun: boolean, cancelled: boolean, longestHoldMs: number): Judgement {
  if (cancelled || !(error instanceof OrketError)) return { verdict: { kind: 'unknown' }, elsewhere: false };
  const { retryAfterMs, status } = factsOf(error);
  if (!unwell.has(error.reason)) {
    if (error.reason !== 'ModelRefused' || status === null) return { verdict: { kind: 'unknown' }, elsewhere: false };
    const elsewhere = misconfigured.has(status);
    return { verdict: elsewhere ? { kind: 'unwell' } : { kind: 'well', tokens: null }, elsewhere };
  }
  const asked = error.reason === 'ModelBusy' && retryAfterMs !== null;
  const verdict: Verdict = asked ? { kind: 'busy', forMs: Math.min(retryAfterMs, longestHoldMs) } : { kind: 'unwell' };
  return { verdict, elsewhere: !begun && isFree(error) };
}

/**
 * The error of a turn that no back end served: the last that may be tried again, else the last, with all others beside
 * it. The pause that is asked for is the shortest that any of them asks for.
 */
export function exhausted(tried: readonly Tried[]): ModelError {
  const chosen = tried.findLast(({ error }) => error.retryable) ?? tried.at(-1);
  if (chosen === undefined) return new ModelError(new OrketError('Internal', 'the Venue has no back ends'), {});
  const retryable = tried.filter(({ error }) => error.retryable);
  const waits = retryable.map(({ error }) => factsOf(error).retryAfterMs ?? 0);
  const retryAfterMs = waits.length === 0 ? 0 : Math.min(...waits);
  return new ModelError(named(chosen.error, tried.length > 1 ? chosen.backend : ''), {
    backend: chosen.backend,
    tried: tried.filter((one) => one !== chosen),
    // No other is asked after one that may charge.
    free: true,
    retryAfterMs: retryAfterMs === 0 ? null : retryAfterMs,
  });
}

/** The error with the back end's name before what it says; empty for none. */
export function named(error: OrketError, backend: string): OrketError {
  if (backend === '') return error;
  const { reason, summary, detail, cause } = error;
  return new ModelError(new OrketError(reason, `back end "${backend}": ${summary}`, detail, cause), factsOf(error));
}
