interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that only a test lets pass. */
export class VirtualTime {
  now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();
  readonly clock = (): number => this.now;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const sleeper = { at: this.now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener(
        'abort',
        () => {
          this.#sleepers.delete(sleeper);
          reject(signal.reason);
        },
        { once: true },
      );
    });

  /** Sleepers that have not been woken. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Lets that much time pass, waking whoever is due in order, with everything that follows from it. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.#sleepers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#sleepers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.wake();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

/** Everything that follows from what has happened, without time passing. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((done) => setImmediate(done));
}
