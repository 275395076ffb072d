import type { Callable } from './run.ts';

/** Whether a call has begun to act, as far as its runner says so: one that has to be got ready calls `begin` first. */
export class Beginning {
  readonly #callable: Callable;
  readonly #above: AbortSignal;
  #hasBegun = false;
  readonly begin: () => void;

  /** `above` stops what the call belongs to; `signal` fires with it, and when the time of the call itself is up. */
  constructor(callable: Callable, above: AbortSignal, signal: AbortSignal, begin: () => void) {
    this.#callable = callable;
    this.#above = above;
    this.begin = () => {
      begin();
      // Whoever waited for it may have given it up by now.
      signal.throwIfAborted();
      this.#hasBegun = true;
    };
  }

  /** It has not begun, and cannot any more: `begin` lets nothing pass once all above is stopped. */
  get isRuledOut(): boolean {
    const { ready, recovery } = this.#callable;
    return ready !== undefined && recovery !== 'reenter' && !this.#hasBegun && this.#above.aborted;
  }
}
