import { OrketError, formatInstant, type Instant, type ObjectMeta } from '#crds';
import type { KubeClient } from './client.ts';
import { sleep, type Clock } from './clock.ts';
import type { KubeObject, KubeResource } from './resource.ts';

export interface Lease extends KubeObject {
  readonly kind: 'Lease';
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const leases: KubeResource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
};

export interface ElectionOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Who we are, for example the name of the pod. */
  readonly identity: string;
  /** How long a holder that does not renew is still taken for alive. */
  readonly leaseMs?: number;
  /** How long we may fail to renew before we stop; less than `leaseMs`. */
  readonly renewMs?: number;
  readonly retryMs?: number;
  /** Told of every attempt at the Lease that failed: the next one comes anyway. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Runs `work` while this process holds the Lease, and returns when `signal` aborts or the Lease is lost; `work` then has its
 * own signal aborted and must stop writing at once. There is no fencing: what `work` writes must be safe with two holders.
 * How old another's Lease is is measured on our own clock, from when we saw it change.
 */
export async function whileLeading(
  options: ElectionOptions,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, leaseMs = 15_000, renewMs = 10_000, retryMs = 2000 } = options;
  let seen: { readonly record: string; readonly at: Instant } | null = null;
  /** Takes or keeps the Lease. False where somebody else has it. */
  const claim = async (): Promise<boolean> => {
    const { client, namespace, name, identity } = options;
    const lease = await client.get(leases, namespace, name);
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseMs / 1000),
      renewTime: micro(clock),
    };
    if (lease === null) {
      const body = { metadata: { namespace, name }, spec: { ...spec, acquireTime: micro(clock), leaseTransitions: 0 } };
      return (await client.create(leases, body)) !== null;
    }
    const holder = lease.spec?.holderIdentity ?? '';
    const record = `${holder} ${lease.spec?.renewTime ?? ''}`;
    if (seen?.record !== record) seen = { record, at: clock.now() };
    if (holder !== '' && holder !== identity && clock.now() < seen.at + leaseMs) return false;
    const taken =
      holder === identity
        ? lease.spec
        : { acquireTime: micro(clock), leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + 1 };
    const { resourceVersion } = lease.metadata;
    await client.replace(leases, {
      metadata: { namespace, name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec: { ...taken, ...spec },
    });
    return true;
  };
  const tryClaim = (): Promise<boolean> =>
    claim().catch((error: unknown) => {
      options.onTrouble(error);
      return false;
    });

  while (!signal.aborted && !(await tryClaim())) await sleep(clock, retryMs, signal);
  if (signal.aborted) return;

  const lost = new AbortController();
  const working = work(AbortSignal.any([signal, lost.signal]));
  const over = new AbortController();
  const ended = working.finally(() => over.abort());
  let renewed = clock.now();
  while (!over.signal.aborted && !signal.aborted) {
    await sleep(clock, retryMs, AbortSignal.any([signal, over.signal]));
    if (over.signal.aborted || signal.aborted) break;
    if (await tryClaim()) renewed = clock.now();
    else if (clock.now() - renewed >= renewMs) {
      lost.abort(new OrketError('Conflict', 'another holder has the Lease, or it could not be renewed in time'));
      break;
    }
  }
  await ended;
  if (!lost.signal.aborted) await release(options).catch(options.onTrouble);
}

/** Lets the next holder begin at once. */
async function release({ client, clock, namespace, name, identity }: ElectionOptions): Promise<void> {
  const lease = await client.get(leases, namespace, name);
  if (lease?.spec?.holderIdentity !== identity) return;
  const { resourceVersion } = lease.metadata;
  await client.replace(leases, {
    metadata: { namespace, name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: micro(clock) },
  });
}

/** Leases keep microseconds. */
function micro(clock: Clock): string {
  return formatInstant(clock.now()).replace('Z', '000Z');
}
