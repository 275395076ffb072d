import type { OpenAI } from 'openai';
import { OrketError, type BundleBackend } from '#crds';
import type { Mask } from '../../secrets/mask.ts';
import { startDeadlines, type Deadlines } from '../deadlines.ts';
import { isFree, ModelError } from '../model-error.ts';
import type { GenerateOptions, ModelProvider, ModelRequest, ModelResponse } from '../provider.ts';
import { readRetryAfter } from '../retry-after.ts';
import { serverError, type RetryAfter } from '../server-error.ts';
import type { Timeouts } from '../timeouts.ts';
import { answerBounds, type AnswerBounds } from './bounds.ts';
import { narrower, widestDialect, type Dialect } from './dialect.ts';
import { connectionError, failuresAt, type Failures } from './failure.ts';
import { boundedFetch, openConnections, type Connections, type FetchOptions } from './fetch.ts';
import { readAnswer } from './read-answer.ts';
import { toBody } from './request.ts';

export interface OpenAIOptions {
  readonly backend: BundleBackend & { readonly baseURL: string };
  readonly timeouts: Timeouts;
  readonly stream: boolean;
  /** Asked for each call, so that a key can be replaced while a Session runs. */
  readonly apiKey: () => string | undefined;
  /** For what is quoted of the server's words. */
  readonly mask: Mask;
  /** Milliseconds since the epoch: what the date in a `Retry-After` is held against. */
  readonly clock: () => number;
  readonly bounds?: AnswerBounds;
}

/**
 * Any server that speaks chat completions, through the official client. The client sends and names errors; what comes
 * back is read here, because it takes half answers, unbounded answers and redirects for good. No retries: the harness
 * decides by the record.
 */
export class OpenAIProvider implements ModelProvider {
  readonly #options: OpenAIOptions;
  readonly #connections: Connections = openConnections();
  #dialect: Dialect = widestDialect;

  constructor(options: OpenAIOptions) {
    this.#options = options;
  }

  async generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse> {
    const { backend, timeouts, apiKey, stream, mask } = this.#options;
    const key = apiKey();
    const failures = failuresAt(backend.baseURL, mask);
    const deadlines = startDeadlines(timeouts, options.signal, failures.at);
    let begun = false;
    let connected = false;
    try {
      for (;;) {
        if (stream) deadlines.awaitFirstPiece();
        connected = false;
        const sent = await this.#send(request, key, deadlines, failures, () => (connected = true));
        if ('retryAs' in sent) this.#dialect = sent.retryAs;
        else {
          const { onDelta } = options;
          const onBegin = (): void => void (begun = true);
          const bounds = this.#options.bounds ?? answerBounds;
          const answer = await readAnswer(sent.response, { bounds, deadlines, failures, onDelta, onBegin });
          deadlines.signal.throwIfAborted();
          return { ...answer, backend: backend.name };
        }
      }
    } catch (error) {
      const reason: unknown = deadlines.signal.aborted ? deadlines.signal.reason : error;
      // What the caller stopped for is its own and passed on as it is.
      if (options.signal.aborted || !(reason instanceof OrketError)) throw reason;
      throw new ModelError(reason, { backend: backend.name, begun, free: !connected || isFree(reason) });
    } finally {
      deadlines.end();
    }
  }

  async close(): Promise<void> {
    this.#connections.close();
  }

  async #send(
    request: ModelRequest,
    key: string | undefined,
    deadlines: Deadlines,
    failures: Failures,
    onConnected: () => void,
  ): Promise<{ readonly response: Response } | { readonly retryAs: Dialect }> {
    const { backend, stream } = this.#options;
    let headersSeen = false;
    const { OpenAI, APIError } = await import('openai');
    const onHeaders = (): void => void (headersSeen = true);
    const client = this.#client(OpenAI, key, { deadlines, failures, onConnected, onHeaders });
    const body = toBody(request, backend.model, stream, this.#dialect);
    try {
      const response = await client.chat.completions.create(body, { signal: deadlines.signal }).asResponse();
      return { response };
    } catch (error) {
      if (deadlines.signal.aborted) throw error;
      if (!(error instanceof APIError) || typeof error.status !== 'number') {
        throw ourOwn(error) ?? connectionError(error, headersSeen, failures);
      }
      // The client's error carries headers and the whole body: what is safe of it is taken, the rest is not passed on.
      const said = error.message.replace(/^\d{3} /, '');
      const retryAs = error.status === 400 || error.status === 422 ? narrower(this.#dialect, said) : null;
      if (retryAs !== null) return { retryAs };
      throw serverError(failures.at, error.status, failures.quote(said), this.#retryAfter(error.headers, failures));
    }
  }

  #retryAfter(headers: Headers | undefined, { quote }: Failures): RetryAfter | null {
    const [seconds, milliseconds] = ['retry-after', 'retry-after-ms'].map((name) => headers?.get(name) ?? null);
    if (typeof seconds !== 'string' && typeof milliseconds !== 'string') return null;
    const ms = readRetryAfter({ seconds: seconds ?? null, milliseconds: milliseconds ?? null }, this.#options.clock());
    return { text: quote(seconds ?? `${milliseconds} ms`).slice(1, -1), ms };
  }

  /** Every setting that the client would otherwise take from the environment is given. */
  #client(
    Client: typeof OpenAI,
    key: string | undefined,
    about: Pick<FetchOptions, 'deadlines' | 'failures' | 'onConnected' | 'onHeaders'>,
  ): OpenAI {
    const { backend, timeouts, bounds = answerBounds } = this.#options;
    const { connectSeconds, totalSeconds } = timeouts;
    const { errorBytes } = bounds;
    return new Client({
      baseURL: backend.baseURL,
      apiKey: key ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      // Ours run out first, with an error that says which.
      timeout: (totalSeconds + 60) * 1000,
      logLevel: 'off',
      defaultHeaders: key === undefined ? { authorization: null } : {},
      fetch: boundedFetch({ ...about, connections: this.#connections, connectSeconds, errorBytes }),
    });
  }
}

/** An error that our own fetch threw, from under what the client wraps it in. */
function ourOwn(error: unknown): OrketError | null {
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof OrketError) return error;
  return cause === undefined ? null : ourOwn(cause);
}
