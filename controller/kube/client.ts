import { OrketError, type ObjectMeta, type Reason } from '#crds';
import { backoffMs, sleep, type Clock } from './clock.ts';
import { apiVersionOf, pathOf, type KubeObject, type KubeResource } from './resource.ts';
import { readJson, type KubeAnswer, type KubeRequest, type Transport } from './transport.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/** Which objects of a resource. No namespace means all of them. */
export interface Scope {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** What the API server can do for us. Answers 429 and 5xx are tried again, as often as `tries` allows. */
export interface KubeClient {
  /** Null where there is none. */
  get<T extends KubeObject>(resource: KubeResource<T>, namespace: string | undefined, name: string): Promise<T | null>;
  /** Throws `Expired` where `next` is too old. */
  list<T extends KubeObject>(resource: KubeResource<T>, scope: Scope, page: PageOptions): Promise<Page<T>>;
  /** `created` is false where an object of that name is there already; then `object` is null. */
  create<T extends KubeObject>(resource: KubeResource<T>, body: KubeBody): Promise<T | null>;
  /** Server-side apply: what `body` holds is ours, what we once held and it no longer holds goes. Null where the object is gone. */
  apply<T extends KubeObject>(resource: KubeResource<T>, body: KubeBody, options: ApplyOptions): Promise<T | null>;
  /** False where it was gone. With `uid` only that very object. */
  remove(resource: KubeResource, namespace: string, name: string, options?: RemoveOptions): Promise<boolean>;
  /** Replaces an object that nobody changed since; throws `Conflict` where somebody did. */
  replace<T extends KubeObject>(resource: KubeResource<T>, body: KubeBody): Promise<T>;
  /** The open answer of a watch, not tried again. Throws `Expired` where the version is too old. */
  watch(resource: KubeResource, scope: Scope, options: WatchOptions): Promise<KubeAnswer>;
}

export interface PageOptions {
  readonly limit: number;
  readonly next?: string;
}

export interface WatchOptions {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly subresource?: 'status';
}

export interface RemoveOptions {
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
}

/** An object on its way to the server. */
export interface KubeBody {
  readonly metadata: Partial<ObjectMeta>;
  readonly [field: string]: unknown;
}

const tries = 4;
const firstRetryMs = 200;
const lastRetryMs = 10_000;

export function kubeClient(transport: Transport, clock: Clock): KubeClient {
  async function call(request: KubeRequest): Promise<{ readonly status: number; readonly body: unknown }> {
    for (let failures = 0; ; failures += 1) {
      const answer = await transport.send(request);
      const retryable = answer.status === 429 || answer.status >= 500;
      if (!retryable || failures + 1 >= tries) return { status: answer.status, body: await readJson(answer, request) };
      answer.body.destroy();
      const pause = answer.retryAfterMs ?? backoffMs(clock, failures, firstRetryMs, lastRetryMs);
      await sleep(clock, Math.min(pause, lastRetryMs), request.signal);
    }
  }

  /** The object of a successful answer. The API server has validated it against the schema that its type comes from. */
  async function object<T extends KubeObject>(request: KubeRequest, nullOn: readonly number[] = []): Promise<T | null> {
    const { status, body } = await call(request);
    if (status >= 200 && status < 300 && isObject(body)) return body as unknown as T;
    if (nullOn.includes(status)) return null;
    throw refusal(request, status, body);
  }

  return {
    get: (resource, namespace, name) => object({ method: 'GET', path: pathOf(resource, namespace, name) }, [404]),

    async list(resource, { namespace, labelSelector }, { limit, next }) {
      const query = { limit: String(limit), labelSelector, continue: next };
      const request: KubeRequest = { method: 'GET', path: pathOf(resource, namespace), query };
      const { status, body } = await call(request);
      if (status !== 200 || !isList(body)) throw refusal(request, status, body);
      const { resourceVersion, continue: following } = body.metadata;
      // Items of a list come without their kind.
      const items = body.items.map((item) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...item }));
      return { items: items as never, resourceVersion, next: following === '' ? undefined : following };
    },

    create: (resource, body) =>
      object({ method: 'POST', path: pathOf(resource, body.metadata.namespace), body: typed(resource, body) }, [409]),

    apply: (resource, body, { fieldManager, subresource }) =>
      object(
        {
          method: 'PATCH',
          path: pathOf(resource, body.metadata.namespace, body.metadata.name ?? '', subresource),
          query: { fieldManager, force: 'true' },
          contentType: 'application/apply-patch+yaml',
          body: typed(resource, body),
        },
        [404],
      ),

    async remove(resource, namespace, name, { uid, gracePeriodSeconds } = {}) {
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      return (await object({ method: 'DELETE', path: pathOf(resource, namespace, name), body }, [404, 409])) !== null;
    },

    async replace(resource, body) {
      const path = pathOf(resource, body.metadata.namespace, body.metadata.name ?? '');
      const request: KubeRequest = { method: 'PUT', path, body: typed(resource, body) };
      const replaced = await object<never>(request);
      if (replaced === null) throw refusal(request, 404, null);
      return replaced;
    },

    async watch(resource, { namespace, labelSelector }, { resourceVersion, timeoutSeconds, signal }) {
      const request: KubeRequest = {
        method: 'GET',
        path: pathOf(resource, namespace),
        query: {
          watch: 'true',
          allowWatchBookmarks: 'true',
          labelSelector,
          resourceVersion,
          timeoutSeconds: String(timeoutSeconds),
        },
        signal,
      };
      const answer = await transport.send(request);
      if (answer.status === 200) return answer;
      throw refusal(request, answer.status, await readJson(answer, request));
    },
  };
}

function typed(resource: KubeResource, body: KubeBody): KubeBody {
  return { ...body, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly object[];
}

function isList(value: unknown): value is List {
  return (
    isObject(value) &&
    Array.isArray(value['items']) &&
    isObject(value['metadata']) &&
    typeof value['metadata']['resourceVersion'] === 'string'
  );
}

/** What the API server said instead of doing it, as an error of the catalogue. */
export function refusal(
  { method, path }: Pick<KubeRequest, 'method' | 'path'>,
  status: number,
  body: unknown,
): OrketError {
  const message = isObject(body) && typeof body['message'] === 'string' ? body['message'].slice(0, 1000) : 'no message';
  return new OrketError(reasonOf(status), 'the API server refused', {
    at: `${method} ${path}`,
    found: `${status} ${message}`,
  });
}

function reasonOf(status: number): Reason {
  if (status === 401 || status === 403) return 'Forbidden';
  if (status === 404) return 'NotFound';
  if (status === 409) return 'Conflict';
  if (status === 410) return 'Expired';
  if (status === 400 || status === 413 || status === 422) return 'Rejected';
  return 'ClusterUnreachable';
}
