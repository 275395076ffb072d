import { endsAttempt } from './failure.ts';
import type { AgentContext } from './run.ts';

/**
 * What a tool asked of its context and may not have waited for: its host may die while a call that it made is at work.
 * That comes to its own end first, so that nothing happens below a call that has an outcome, and nothing is asked twice
 * where a tool is entered again.
 */
export class UnderWay {
  readonly #open = new Set<Promise<unknown>>();

  /** The context with an eye on what has not ended. */
  watching(context: AgentContext): AgentContext {
    const { state } = context;
    return {
      ...context,
      call: (...given) => this.#watch(context.call(...given)),
      approve: (...given) => this.#watch(context.approve(...given)),
      now: () => this.#watch(context.now()),
      state: {
        get: (...given) => this.#watch(state.get(...given)),
        put: (...given) => this.#watch(state.put(...given)),
      },
      artifact: (...given) => this.#watch(context.artifact(...given)),
    };
  }

  /** Waits for the end of all of it. Throws what ends the attempt of the Session. */
  async over(): Promise<void> {
    while (this.#open.size > 0) {
      const ends = await Promise.allSettled(this.#open);
      for (const end of ends) if (end.status === 'rejected' && endsAttempt(end.reason)) throw end.reason;
    }
  }

  #watch<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work);
    const ended = (): void => void this.#open.delete(work);
    work.then(ended, ended);
    return work;
  }
}
