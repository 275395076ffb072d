import { OrketError, type ErrorDetail, type Reason } from '#crds';
import { ModelError } from './model-error.ts';

/** What a server says of when to come again, as it wrote it and in ms; null for nothing that makes sense. */
export interface RetryAfter {
  readonly text: string;
  readonly ms: number | null;
}

/**
 * The error for a status that a model server answered with instead of a completion. 408, 409, 429 and 5xx say that the
 * same request may work later (`ModelBusy`); all others refuse the request itself (`ModelRefused`). Who refuses charges
 * nothing; behind 408 and 5xx a model may have been at work.
 *
 * `said` is the server's message, already bounded and masked, as is the text of `retryAfter`.
 */
export function serverError(at: string, status: number, said: string, retryAfter: RetryAfter | null): ModelError {
  const reason = reasonOf(status);
  const wait = retryAfter === null ? '' : `, Retry-After: ${retryAfter.text}`;
  const found = said === '' ? `status ${status}${wait}` : `status ${status}${wait}: ${said}`;
  const detail: ErrorDetail = { at, expected: 'a completion', found };
  const remedy = remedyOf(status);
  const summary =
    reason === 'ModelBusy' ? 'the model server cannot answer now' : 'the model server refused the request';
  const error = new OrketError(reason, summary, remedy === null ? detail : { ...detail, remedy });
  return new ModelError(error, { status, retryAfterMs: retryAfter?.ms ?? null, free: status < 500 && status !== 408 });
}

function reasonOf(status: number): Reason {
  return status === 408 || status === 409 || status === 429 || status >= 500 ? 'ModelBusy' : 'ModelRefused';
}

function remedyOf(status: number): string | null {
  if (status === 401 || status === 403) return 'Check apiKeySecretRef of the Venue and what its key may do.';
  if (status === 404) return 'Check baseURL and model of the back end; most servers want a baseURL that ends in /v1.';
  if (status >= 300 && status < 400) return 'Redirects are not followed: set baseURL to the final address.';
  if (status === 413) return 'The request is too large for the server.';
  return null;
}
