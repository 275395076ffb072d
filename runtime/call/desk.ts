import type { Conclusion, Gate } from './gate-verdict.ts';

/** Where people are asked, and where what they say arrives. */
export interface Desk {
  /** Waits until a gate is decided or has expired. Throws the reason of the signal. */
  decide(gate: Gate, signal: AbortSignal): Promise<Conclusion>;
}
