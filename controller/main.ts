import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { OrketError } from '#crds';
import { Controller } from './controller.ts';
import { PodExecutor } from './executors/pod.ts';
import { readAuthority } from './gateway/authority-map.ts';
import { gatewayClient } from './gateway/client.ts';
import { serveHealth, type Health } from './health.ts';
import { kubeClient, type KubeClient } from './kube/client.ts';
import { sleep, systemClock } from './kube/clock.ts';
import { inClusterConnection, tokenFile } from './kube/connection.ts';
import { EventRecorder } from './kube/events.ts';
import { kubeconfigConnection } from './kube/kubeconfig.ts';
import { whileLeading } from './kube/leader.ts';
import { transport } from './kube/transport.ts';
import { Projections } from './projections.ts';
import { ClusterSource } from './sources/cluster.ts';
import { createStores, reflectStores } from './stores.ts';

const { values } = parseArgs({
  options: {
    'session-image': { type: 'string', default: 'orket.dev/session:dev' },
    'image-pull-policy': { type: 'string', default: 'IfNotPresent' },
    gateway: { type: 'string', default: 'https://orket-gateway.orket-system.svc:8443' },
    /** Token of our account for the gateway. */
    'gateway-token': { type: 'string', default: '/var/run/orket/token' },
    /** ConfigMap, `NAMESPACE/NAME`, that the gateway shows its authority in. */
    'authority-map': { type: 'string', default: 'orket-system/orket-gateway-ca' },
    /** Only this namespace; all of them without. */
    namespace: { type: 'string' },
    /** Lease, `NAMESPACE/NAME`. */
    lease: { type: 'string', default: 'orket-system/orket-controller' },
    workers: { type: 'string', default: '8' },
    'health-port': { type: 'string', default: '8081' },
    /** Outside a cluster. */
    kubeconfig: { type: 'string' },
  },
});

const log = pino({ base: null });
const clock = systemClock;
const now = () => clock.now();
const identity = process.env['POD_NAME'] ?? `process-${process.pid}`;

async function main(signal: AbortSignal): Promise<number> {
  let state: 'starting' | 'waiting' | 'leading' = 'starting';
  const ready = () => (state === 'starting' ? 'the stores are not filled yet' : null);
  let live: Health['live'] = () => null;
  serveHealth(Number(values['health-port']), { live: () => live(), ready });

  const connection =
    values.kubeconfig === undefined
      ? await inClusterConnection(process.env, now)
      : await kubeconfigConnection(values.kubeconfig);
  const client = kubeClient(transport(connection, 'orket-controller'), clock);
  const gatewayAuthority = await authority(client, signal);
  if (gatewayAuthority === null) return 0;

  const stores = createStores();
  const namespace = values.namespace ?? null;
  const onTrouble = (what: string, error: OrketError) => warn({ what }, error);
  const { synced, ended } = reflectStores(stores, { client, clock, namespace, onTrouble }, signal);
  const { controller, projections } = assemble(client, gatewayAuthority, stores);
  live = () => controller.stuck();
  await Promise.race([synced, ended]);
  if (signal.aborted) return 0;

  state = 'waiting';
  const lead = async (leading: AbortSignal): Promise<void> => {
    state = 'leading';
    log.info({ identity }, 'leading');
    await Promise.all([controller.run(leading), projections.run(leading)]);
  };
  const lease = splitName(values.lease);
  await whileLeading({ client, clock, ...lease, identity, onTrouble: (error) => warn({}, error) }, lead, signal);
  // Who lost the Lease starts anew: what this process knows may be old.
  return signal.aborted ? 0 : 1;
}

function assemble(client: KubeClient, gatewayAuthority: string, stores: ReturnType<typeof createStores>) {
  const token = tokenFile(values['gateway-token'], now);
  const gateway = gatewayClient({ server: new URL(values.gateway), ca: gatewayAuthority, token });
  const settings = {
    image: values['session-image'],
    imagePullPolicy: pullPolicy(values['image-pull-policy']),
    gatewayUrl: values.gateway,
    gatewayAuthority,
  };
  const executor = new PodExecutor({ client, gateway, store: stores.pods, settings });
  const reporting = { controller: 'orket.dev/controller', instance: identity, apiVersion: 'orket.dev/v1alpha1' };
  const events = new EventRecorder({ client, clock, ...reporting });
  const source = new ClusterSource({ client, stores: stores.kinds, events });
  const projections: Projections = new Projections({
    gateway,
    clock,
    onChange: (uid, view) => controller.journalChanged(uid, view),
    onConnect: () => controller.journalsMissed(),
    onTrouble: (error) => {
      warn({}, error);
      void restartForNewAuthority(client, gatewayAuthority);
    },
  });
  const controller = new Controller({
    stores,
    effects: { source, executor, bundles: gateway },
    executor,
    projections,
    gateway,
    clock,
    workers: Number(values.workers),
    onFailure: (key, error, pauseMs) => warn({ key, pauseMs }, error),
  });
  return { controller, projections };
}

/** Waits for the gateway to have started once; null when told to stop before. */
async function authority(client: KubeClient, signal: AbortSignal): Promise<string | null> {
  const { namespace, name } = splitName(values['authority-map']);
  while (!signal.aborted) {
    const found = await readAuthority(client, namespace, name).catch((error: unknown) => {
      warn({}, error);
      return null;
    });
    if (found !== null) return found;
    await sleep(clock, 500, signal);
  }
  return null;
}

/** A gateway that lost its volume has another authority: pods have to be given that one. */
async function restartForNewAuthority(client: KubeClient, known: string): Promise<void> {
  const { namespace, name } = splitName(values['authority-map']);
  const found = await readAuthority(client, namespace, name).catch(() => null);
  if (found === null || found === known) return;
  log.fatal('the gateway has another authority now: starting anew');
  process.exit(1);
}

function splitName(text: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = text.split('/');
  return { namespace, name };
}

function pullPolicy(text: string): 'Always' | 'IfNotPresent' | 'Never' {
  if (text === 'Always' || text === 'IfNotPresent' || text === 'Never') return text;
  const expected = 'Always, IfNotPresent or Never';
  throw new OrketError('Usage', 'there is no such pull policy', { at: '--image-pull-policy', expected, found: text });
}

function warn(details: object, error: unknown): void {
  const reason = error instanceof OrketError ? error.reason : 'Internal';
  log.warn({ ...details, reason }, error instanceof Error ? error.message : 'a failure without a message');
}

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());
main(stopping.signal).then(
  (code) => process.exit(code),
  (error: unknown) => {
    log.fatal(error, 'the controller ends');
    process.exit(error instanceof OrketError ? error.exit : 70);
  },
);
