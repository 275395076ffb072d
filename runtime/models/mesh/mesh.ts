import { OrketError, type BundleVenue } from '#crds';
import type { VenueLimits } from '../../launch.ts';
import { factsOf, ModelError, type Tried } from '../model-error.ts';
import { requestBytes } from '../price.ts';
import type { GenerateOptions, ModelProvider, ModelRequest, ModelResponse } from '../provider.ts';
import { timeoutsOf } from '../timeouts.ts';
import { Admission, type Entry } from './admission.ts';
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

/**
 * Several back ends as one provider. A turn goes to one after another until a first token comes: after that a failure
 * ends the attempt, and the next attempt prefers another back end. Who was tried and who served is in the answer.
 */
export class MeshProvider implements ModelProvider {
  readonly #members: ReadonlyMap<string, Member>;
  readonly #admission: Admission;
  readonly #longestHoldMs: number;

  constructor({ members, venue, limits, clock, sleep }: MeshOptions) {
    this.#members = new Map(members.map((member) => [member.name, member]));
    this.#longestHoldMs = (venue.retry?.maxSeconds ?? 60) * 1000;
    this.#admission = new Admission({
      backends: members.map(({ name, priority, weight }) => ({ name, priority, weight, health: well, load: idle })),
      strategy: venue.strategy ?? 'priority',
      limits,
      clock,
      sleep,
      longestWaitMs: timeoutsOf(venue).totalSeconds * 1000,
    });
  }

  async generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse> {
    const { signal, avoid, draw } = options;
    const tokens = Math.ceil(requestBytes(request) / bytesPerToken) + (request.params.maxTokens ?? 0);
    const tried: Tried[] = [];
    for (;;) {
      const wanted = { tokens, tried: tried.map(({ backend }) => backend), avoid, draw };
      const entry = await this.#enter(wanted, signal);
      if (entry === null) throw exhausted(tried);
      const answer = await this.#ask(entry, request, options, tried);
      if (answer !== null) return tried.length === 0 ? answer : { ...answer, tried };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ provider }) => provider.close()));
  }

  async #enter(wanted: Parameters<Admission['enter']>[0], signal: AbortSignal): Promise<Entry | null> {
    try {
      return await this.#admission.enter(wanted, signal);
    } catch (error) {
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
  ): Promise<ModelResponse | null> {
    const { backend } = entry;
    let heard = false;
    const onDelta = (text: string): void => {
      heard = true;
      options.onDelta(text);
    };
    try {
      const provider = this.#provider(backend);
      const answer = await provider.generate(request, { ...options, onDelta });
      const { usage } = answer;
      this.#admission.leave(entry, {
        kind: 'well',
        tokens: usage === null ? null : usage.inputTokens + usage.outputTokens,
      });
      return { ...answer, backend };
    } catch (error) {
      const begun = heard || factsOf(error).begun;
      const { verdict, elsewhere } = judge(error, begun, options.signal.aborted, this.#longestHoldMs);
      this.#admission.leave(entry, verdict);
      if (options.signal.aborted || !(error instanceof OrketError)) throw error;
      if (!elsewhere) {
        const several = this.#members.size > 1 ? backend : '';
        throw new ModelError(named(error, several), { backend, begun, tried: [...tried] });
      }
      tried.push({ backend, error });
      return null;
    }
  }

  #provider(backend: string): ModelProvider {
    const member = this.#members.get(backend);
    if (member === undefined) throw new OrketError('Internal', 'no such back end', { found: backend });
    return member.provider;
  }
}
