import { OrketError } from '#crds';

/** A back end that was tried before another one served, and why it did not. */
export interface Tried {
  readonly backend: string;
  readonly error: OrketError;
}

/** What beside its reason decides how a turn goes on after an error of a model server. */
export interface ModelFacts {
  /** The status of HTTP that it came with, null for none. */
  readonly status: number | null;
  /** How long the server asks to wait, null where it said nothing that makes sense. */
  readonly retryAfterMs: number | null;
  /** Whether a first piece of an answer had come: then tokens were used, and the turn is repeated under a new record. */
  readonly begun: boolean;
  /** The back end that failed, empty where none is known. */
  readonly backend: string;
  /** Others that failed before it in the same attempt, in order. */
  readonly tried: readonly Tried[];
}

const nothing: ModelFacts = { status: null, retryAfterMs: null, begun: false, backend: '', tried: [] };

/** An error of a model server with its facts. The reason alone says whether it may be tried again. */
export class ModelError extends OrketError {
  readonly facts: ModelFacts;

  constructor(error: OrketError, facts: Partial<ModelFacts>) {
    super(error.reason, error.summary, error.detail, error.cause);
    this.facts = { ...factsOf(error), ...facts };
  }
}

/** The facts of an error; of one that has none, that nothing is known. */
export function factsOf(error: unknown): ModelFacts {
  return error instanceof ModelError ? error.facts : nothing;
}
