import { OrketError } from '#crds';
import type { KubeClient, Scope } from './client.ts';
import { backoffMs, sleep, type Clock } from './clock.ts';
import { pathOf, type KubeObject, type KubeResource } from './resource.ts';
import type { Store } from './store.ts';
import { watchEvents } from './watch.ts';

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly resource: KubeResource<T>;
  readonly scope: Scope;
  readonly store: Store<T>;
  /** Told of every failure that is being made good. */
  readonly onTrouble: (error: OrketError) => void;
  readonly pageSize?: number;
  /** How long a watch is asked for; the real time is between one and two times this. */
  readonly watchSeconds?: number;
  /** The API server sends a bookmark about every minute, so a longer silence is a dead connection. */
  readonly silenceMs?: number;
}

const firstPauseMs = 800;
const lastPauseMs = 30_000;
const shortWatchMs = 1000;

/** Keeps a store equal to what the API server holds: lists once, then watches from there for as long as it is asked to. */
export class Reflector<T extends KubeObject> {
  readonly #options: Required<ReflectorOptions<T>>;
  readonly #synced = Promise.withResolvers<void>();
  /** Where the next watch starts, null where a list is needed first. */
  #version: string | null = null;
  #failures = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = { pageSize: 500, watchSeconds: 300, silenceMs: 90_000, ...options };
  }

  /** Fulfilled once the store holds a whole list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Runs until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onTrouble } = this.#options;
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof OrketError && error.reason === 'Expired') {
          this.#version = null;
          // The first time a fresh list mends it at once.
          if (this.#failures === 0) {
            this.#failures += 1;
            continue;
          }
        }
        onTrouble(asOrketError(error));
        await sleep(clock, backoffMs(clock, this.#failures, firstPauseMs, lastPauseMs), signal);
        this.#failures += 1;
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, scope, store, pageSize } = this.#options;
    const items: T[] = [];
    let next: string | undefined;
    let version: string;
    do {
      const page = await client.list(resource, scope, { limit: pageSize, ...(next === undefined ? {} : { next }) });
      items.push(...page.items);
      ({ next } = page);
      version = page.resourceVersion;
      signal.throwIfAborted();
    } while (next !== undefined);
    store.replace(items, version);
    this.#synced.resolve();
    return version;
  }

  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const { client, clock, resource, scope, store, watchSeconds, silenceMs } = this.#options;
    const began = clock.now();
    const timeoutSeconds = Math.ceil(watchSeconds * (1 + clock.random()));
    const answer = await client.watch(resource, scope, { resourceVersion: version, timeoutSeconds, signal });
    for await (const event of watchEvents<T>(answer, pathOf(resource, scope.namespace), silenceMs)) {
      this.#failures = 0;
      if (event.type === 'bookmark') {
        this.#version = event.resourceVersion;
        continue;
      }
      if (event.type === 'changed') store.put(event.object);
      else store.remove(event.object);
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
    }
    // A server that closes every watch at once is not asked again in a hot loop.
    if (clock.now() - began < shortWatchMs) {
      await sleep(clock, backoffMs(clock, this.#failures, firstPauseMs, lastPauseMs), signal);
      this.#failures += 1;
    } else {
      this.#failures = 0;
    }
  }
}

function asOrketError(error: unknown): OrketError {
  if (error instanceof OrketError) return error;
  return new OrketError('Internal', error instanceof Error ? error.message : 'a failure without a message', {}, error);
}
