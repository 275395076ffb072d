import type { Amounts } from '../journal/record.ts';
import type { Answer } from './history.ts';

/** What is set aside for an attempt. */
export interface Reservation {
  /** As the intent records it, null where nothing is bounded. */
  readonly amounts: Amounts | null;
  /** Gives back what the answer did not use. */
  settle(answer: Answer): void;
}
