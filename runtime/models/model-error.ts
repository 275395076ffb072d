import { OrketError, type Reason } from '#crds';

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
  /** Whether it is certain that the turn is charged nowhere: nothing was sent, or a server refused what was. */
  readonly free: boolean;
  /** The back end that failed, empty where none is known. */
  readonly backend: string;
  /** Others that failed before it in the same attempt, in order. */
  readonly tried: readonly Tried[];
}

const nothing: ModelFacts = { status: null, retryAfterMs: null, begun: false, free: false, backend: '', tried: [] };

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

/** Errors that say by themselves that no model was at work. */
const saysFree: ReadonlySet<Reason> = new Set<Reason>(['ModelRefused', 'ProviderNotAvailable']);

/** Whether an error proves that its turn is charged nowhere. Whatever does not prove it may have been charged in full. */
export function isFree(error: unknown): boolean {
  const { begun, free } = factsOf(error);
  return !begun && (free || (error instanceof OrketError && saysFree.has(error.reason)));
}
