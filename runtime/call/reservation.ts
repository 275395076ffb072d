import type { Amounts } from '../journal/record.ts';
import type { Answer } from './history.ts';

/** What is set aside, until there is an answer. */
export interface Settling {
  /** Gives back what the answer did not use. */
  settle(answer: Answer): void;
}

/** What is set aside for an attempt that is about to be asked for. */
export interface Reservation extends Settling {
  /** As the intent records it, null where nothing is bounded. */
  readonly amounts: Amounts | null;
  /** Gives all of it back: nothing has begun. */
  release(): void;
}
