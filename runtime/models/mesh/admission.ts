import { OrketError } from '#crds';
import { choose, type BackendState, type Rules, type Wanted } from './choose.ts';
import { afterFailure, afterNothing, afterStart, well } from './health.ts';
import { ended, held, started } from './load.ts';

export interface AdmissionOptions extends Rules {
  readonly backends: readonly BackendState[];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves after that many milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** How long one turn may wait for room. */
  readonly longestWaitMs: number;
}

/** A turn at a back end, until it is told how it ended. */
export interface Entry {
  readonly id: number;
  readonly backend: string;
  /** Whether it is the one that finds out whether the back end is well again. */
  readonly probe: boolean;
}

/** What a turn says about its back end: that it is well, that it is not, that it wants to be left alone, or nothing. */
export type Verdict =
  | { readonly kind: 'well'; readonly tokens: number | null }
  | { readonly kind: 'unwell' }
  | { readonly kind: 'busy'; readonly forMs: number }
  | { readonly kind: 'unknown' };

interface Waiting {
  readonly wanted: Wanted;
  readonly admit: (entry: Entry | null) => void;
}

/** More turns than this never wait: something is wrong then, and memory is bounded. */
const mostWaiting = 1_000;

/** Lets turns to back ends: in the order in which they came, as far as health and limits allow. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #states: Map<string, BackendState>;
  #queue: readonly Waiting[] = [];
  #ids = 0;
  /** Ends the wait for the time at which room is made next. */
  #timer = new AbortController();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#states = new Map(options.backends.map((state) => [state.name, state]));
  }

  /**
   * Waits for room at a back end. Null where every one of them was tried. Throws `ModelBusy` where there is no room in
   * time, or too many wait; the signal's reason where it fires.
   */
  async enter(wanted: Wanted, signal: AbortSignal): Promise<Entry | null> {
    signal.throwIfAborted();
    if (this.#queue.length >= mostWaiting) throw noRoom(`at most ${mostWaiting} turns that wait`, 'more');
    const { promise, resolve } = Promise.withResolvers<Entry | null>();
    const waiting: Waiting = { wanted, admit: resolve };
    this.#queue = [...this.#queue, waiting];
    this.#serve();
    if (!this.#queue.includes(waiting)) return promise;

    const admitted = new AbortController();
    try {
      const entry = await Promise.race([promise, this.#tooLong(AbortSignal.any([signal, admitted.signal]))]);
      signal.throwIfAborted();
      return entry;
    } catch (error) {
      await this.#giveUp(waiting, promise);
      throw signal.aborted ? signal.reason : error;
    } finally {
      admitted.abort('admitted');
    }
  }

  /** A turn has ended, and this is what it says about its back end. */
  leave({ id, backend, probe }: Entry, verdict: Verdict): void {
    const { clock } = this.#options;
    const state = this.#states.get(backend);
    if (state === undefined) return;
    const load = ended(state.load, id, verdict.kind === 'well' ? verdict.tokens : null);
    const next: BackendState = { ...state, load };
    switch (verdict.kind) {
      case 'well':
        this.#states.set(backend, { ...next, health: well });
        break;
      case 'unwell':
        this.#states.set(backend, { ...next, health: afterFailure(state.health, probe, clock()) });
        break;
      case 'busy': {
        const health = afterNothing(state.health, probe);
        this.#states.set(backend, { ...next, health, load: held(load, clock() + verdict.forMs) });
        break;
      }
      case 'unknown':
        this.#states.set(backend, { ...next, health: afterNothing(state.health, probe) });
    }
    this.#serve();
  }

  /** Lets everyone go who can, first come first served for each back end. */
  #serve(): void {
    const now = this.#options.clock();
    const taken = new Set<string>();
    const staying: Waiting[] = [];
    let wake = Infinity;
    for (const waiting of this.#queue) {
      const choice = choose([...this.#states.values()], waiting.wanted, this.#options, taken, now);
      if (choice.kind === 'none') waiting.admit(null);
      else if (choice.kind === 'go') waiting.admit(this.#start(choice.backend, waiting.wanted, now));
      else {
        staying.push(waiting);
        for (const name of choice.backends) taken.add(name);
        wake = Math.min(wake, choice.at ?? Infinity);
      }
    }
    this.#queue = staying;
    this.#wakeAt(wake - now);
  }

  /** It may have been let in by what it was cancelled with: then it leaves again, or its place would be lost. */
  async #giveUp(waiting: Waiting, admitted: Promise<Entry | null>): Promise<void> {
    if (this.#queue.includes(waiting)) {
      this.#queue = this.#queue.filter((one) => one !== waiting);
      // Others may have waited behind this one.
      return this.#serve();
    }
    const entry = await admitted;
    if (entry !== null) this.leave(entry, { kind: 'unknown' });
  }

  #start(backend: string, { tokens }: Wanted, now: number): Entry {
    const state = this.#states.get(backend);
    if (state === undefined) throw new OrketError('Internal', 'no such back end', { found: backend });
    const id = (this.#ids += 1);
    const { health, probe } = afterStart(state.health, now);
    this.#states.set(backend, { ...state, health, load: started(state.load, id, tokens, now) });
    return { id, backend, probe };
  }

  #wakeAt(ms: number): void {
    this.#timer.abort('another time');
    if (ms === Infinity) return;
    this.#timer = new AbortController();
    void this.#options.sleep(ms, this.#timer.signal).then(
      () => this.#serve(),
      () => undefined,
    );
  }

  async #tooLong(signal: AbortSignal): Promise<never> {
    const { sleep, longestWaitMs } = this.#options;
    await sleep(longestWaitMs, signal);
    throw noRoom(`room for a turn within ${longestWaitMs / 1000} s`, 'none');
  }
}

function noRoom(expected: string, found: string): OrketError {
  return new OrketError('ModelBusy', 'the limits of the Venue leave no room for this turn', {
    at: 'limits of the Venue',
    expected,
    found,
    remedy: 'Raise limits of the Venue, add a back end, or run less at a time.',
  });
}
