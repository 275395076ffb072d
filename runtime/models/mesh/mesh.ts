import { OrketError, type BundleVenue } from '#crds';
import type { VenueLimits } from '../../launch.ts';
import { factsOf, ModelError, type Tried } from '../model-error.ts';
import { requestBytes } from '../price.ts';
import type { GenerateOptions, ModelProvider, ModelRequest, ModelResponse } from '../provider.ts';
import { timeoutsOf } from '../timeouts.ts';
import { Admission, type Entry } from './admission.ts';
import type { Wanted } from './choose.ts';
import { well } from './health.ts';
import { idle } from './load.ts';
import { exhausted, judge, named } from './verdict.ts';

/** One back end of a Venue, with what speaks to it. */
export interface Member {
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  readonly provider: ModelProvider;
}

export interface MeshOptions {
  readonly members: readonly Member[];
  readonly venue: BundleVenue;
  /** Of each back end. */
  readonly limits: VenueLimits;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Bytes of a request that make a token, roughly: enough for limits, never for budgets. */
const bytesPerToken = 4;
/** With less time left than this no other back end is asked. */
const leastMs = 1_000;

/**
 * Several back ends as one provider. A turn goes to one after another for as long as it is certain that those before
 * charge nothing: any other failure ends the attempt, and the next attempt, which sets aside anew what it may use, prefers
 * another back end. Who was tried and who served is in the answer.
 */
export class MeshProvider implements ModelProvider {
  readonly #members: ReadonlyMap<string, Member>;
  readonly #admission: Admission;
  readonly #longestHoldMs: number;
  readonly #totalMs: number;
  readonly #clock: () => number;
  readonly #sleep: MeshOptions['sleep'];

  constructor({ members, venue, limits, clock, sleep }: MeshOptions) {
    this.#members = new Map(members.map((member) => [member.name, member]));
    this.#clock = clock;
    this.#sleep = sleep;
    this.#totalMs = timeoutsOf(venue).totalSeconds * 1000;
    this.#longestHoldMs = (venue.retry?.maxSeconds ?? 60) * 1000;
    this.#admission = new Admission({
      backends: members.map(({ name, priority, weight }) => ({ name, priority, weight, health: well, load: idle })),
      strategy: venue.strategy ?? 'priority',
      limits,
      clock,
      sleep,
      longestWaitMs: this.#totalMs,
    });
  }

  async generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse> {
    const { signal, avoid, draw } = options;
    const tokens = Math.ceil(requestBytes(request) / bytesPerToken) + (request.params.maxTokens ?? 0);
    const tried: Tried[] = [];
    // What waits for room is no server's time; what all of them take together is bounded like the answer of one.
    let leftMs = this.#totalMs;
    while (leftMs >= leastMs || tried.length === 0) {
      const wanted = { tokens, tried: tried.map(({ backend }) => backend), avoid, draw };
      const entry = await this.#enter(wanted, signal, tried);
      if (entry === null) break;
      const began = this.#clock();
      const answer = await this.#ask(entry, request, options, tried, leftMs);
      if (answer !== null) return tried.length === 0 ? answer : { ...answer, tried };
      leftMs -= this.#clock() - began;
    }
    throw exhausted(tried);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ provider }) => provider.close()));
  }

  async #enter(wanted: Wanted, signal: AbortSignal, tried: readonly Tried[]): Promise<Entry | null> {
    try {
      return await this.#admission.enter(wanted, signal);
    } catch (error) {
      if (!signal.aborted && error instanceof OrketError)
        throw new ModelError(error, { tried: [...tried], free: true });
      if (!signal.aborted || signal.reason instanceof OrketError) throw error;
      throw new OrketError('Cancelled', 'the model call was cancelled', { at: 'limits of the Venue' });
    }
  }

  /** Null, and one more in `tried`, where another back end has to be asked. */
  async #ask(
    entry: Entry,
    request: ModelRequest,
    options: GenerateOptions,
    tried: Tried[],
    leftMs: number,
  ): Promise<ModelResponse | null> {
    const { backend } = entry;
    // The first has deadlines of its own, which say more.
    const time = tried.length === 0 ? null : this.#deadline(leftMs);
    const signal = time === null ? options.signal : AbortSignal.any([options.signal, time.signal]);
    let heard = false;
    const onDelta = (text: string): void => {
      heard = true;
      options.onDelta(text);
    };
    try {
      const provider = this.#provider(backend);
      const answer = await provider.generate(request, { ...options, signal, onDelta });
      const { usage } = answer;
      this.#admission.leave(entry, {
        kind: 'well',
        tokens: usage === null ? null : usage.inputTokens + usage.outputTokens,
      });
      return { ...answer, backend };
    } catch (error) {
      const begun = heard || factsOf(error).begun;
      const { verdict, elsewhere } = judge(error, begun, signal.aborted, this.#longestHoldMs);
      this.#admission.leave(entry, verdict);
      if (options.signal.aborted || !(error instanceof OrketError)) throw error;
      if (!elsewhere) {
        const several = this.#members.size > 1 ? backend : '';
        throw new ModelError(named(error, several), { backend, begun, tried: [...tried] });
      }
      tried.push({ backend, error });
      return null;
    } finally {
      time?.release();
    }
  }

  #deadline(ms: number): { readonly signal: AbortSignal; release(): void } {
    const [over, done] = [new AbortController(), new AbortController()];
    const timeUp = new OrketError('ModelTimeout', 'the back ends did not answer in time', {
      expected: `the whole answer within ${this.#totalMs / 1000} s, from whichever back end`,
      remedy: 'Raise timeouts.totalSeconds of the Venue, or lower firstTokenSeconds, so that the next one has time.',
    });
    void this.#sleep(ms, done.signal).then(
      () => over.abort(timeUp),
      () => undefined,
    );
    return { signal: over.signal, release: () => done.abort('done') };
  }

  #provider(backend: string): ModelProvider {
    const member = this.#members.get(backend);
    if (member === undefined) throw new OrketError('Internal', 'no such back end', { found: backend });
    return member.provider;
  }
}
