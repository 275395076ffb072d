import { hash } from 'node:crypto';
import { OrketError, type Instant } from '#crds';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, KubeResource } from '../kube/resource.ts';

/** What tokens for the gateway are made for, so that a token for the API server is of no use here, nor the reverse. */
export const gatewayAudience = 'orket-gateway';

/** Who a request comes from, as the API server vouches for it. */
export interface Caller {
  /** `system:serviceaccount:NAMESPACE:NAME`. */
  readonly username: string;
  /** The pod that the token is bound to, null for a token of no pod. */
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string } | null;
}

/** Nobody knows who asks: another token may be right, where any other `Forbidden` stays. */
export class Unauthenticated extends OrketError {
  constructor(found: string) {
    const expected = `a bearer token of a ServiceAccount for audience ${gatewayAudience}`;
    super('Forbidden', 'the gateway does not know the caller', { expected, found });
  }
}

interface TokenReview extends KubeObject {
  readonly kind: 'TokenReview';
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly user?: { readonly username?: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  };
}

const tokenReviews: KubeResource<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
};

const goodMs = 20_000;
const badMs = 2000;
const kept = 10_000;
const tokenCharacters = 16_384;
const accountPattern = /^system:serviceaccount:([a-z0-9-]+):[a-z0-9.-]+$/;

/**
 * Asks the API server who a bearer token belongs to, and remembers the answer for some seconds: an answer that says yes
 * goes on to count for that long after its pod was deleted.
 */
export class TokenReviewer {
  readonly #client: KubeClient;
  readonly #now: () => Instant;
  readonly #answers = new Map<string, { readonly until: Instant; readonly caller: Promise<Caller | null> }>();

  constructor(client: KubeClient, now: () => Instant) {
    this.#client = client;
    this.#now = now;
  }

  /** Throws `Unauthenticated` for a token that is missing, not valid now, or not for the gateway. */
  async caller(authorization: string | undefined): Promise<Caller> {
    const token = authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length).trim() : '';
    const caller = token === '' || token.length > tokenCharacters ? null : await this.#review(token);
    if (caller === null) throw new Unauthenticated(token === '' ? 'none' : 'one that is not valid');
    return caller;
  }

  #review(token: string): Promise<Caller | null> {
    const key = hash('sha256', token);
    const now = this.#now();
    const known = this.#answers.get(key);
    if (known !== undefined && now < known.until) return known.caller;
    const caller = this.#ask(token);
    this.#keep(key, now + goodMs, caller);
    caller.then(
      (found) => found === null && this.#keep(key, this.#now() + badMs, caller),
      () => this.#answers.delete(key),
    );
    return caller;
  }

  async #ask(token: string): Promise<Caller | null> {
    const review = await this.#client.create(tokenReviews, {
      metadata: {},
      spec: { token, audiences: [gatewayAudience] },
    });
    return callerOf(review);
  }

  #keep(key: string, until: Instant, caller: Promise<Caller | null>): void {
    this.#answers.delete(key);
    this.#answers.set(key, { until, caller });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > kept && oldest !== undefined) this.#answers.delete(oldest);
  }
}

/** Null for a token that is not authentic, or not one of a ServiceAccount for this audience. */
export function callerOf(review: TokenReview | null): Caller | null {
  const { authenticated, audiences, user } = review?.status ?? {};
  if (authenticated !== true || !audiences?.includes(gatewayAudience)) return null;
  const namespace = accountPattern.exec(user?.username ?? '')?.[1];
  if (namespace === undefined || user?.username === undefined) return null;
  const name = user.extra?.['authentication.kubernetes.io/pod-name']?.[0];
  const uid = user.extra?.['authentication.kubernetes.io/pod-uid']?.[0];
  const pod = name === undefined || uid === undefined ? null : { namespace, name, uid };
  return { username: user.username, pod };
}
