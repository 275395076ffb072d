import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { OrketError } from '#crds';
import { kubeClient, type KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { inClusterConnection } from '../kube/connection.ts';
import { kubeconfigConnection } from '../kube/kubeconfig.ts';
import { transport } from '../kube/transport.ts';
import { publishAuthority } from './authority-map.ts';
import { serverIdentity, type ServerIdentity } from './authority.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { TokenReviewer } from './identity.ts';
import { defaultLimits } from './room.ts';

const { values } = parseArgs({
  options: {
    /** Folder of the volume. */
    data: { type: 'string', default: '/var/lib/orket' },
    address: { type: 'string', default: '::' },
    port: { type: 'string', default: '8443' },
    /** DNS names and addresses that clients use, with commas between. */
    hosts: { type: 'string', default: 'localhost' },
    /** User name of the controller's account. */
    controller: { type: 'string', default: 'system:serviceaccount:orket-system:orket-controller' },
    /** ConfigMap, `NAMESPACE/NAME`, to show the certificate of the authority in. */
    'authority-map': { type: 'string', default: 'orket-system/orket-gateway-ca' },
    /** What the journal of one Session may take, in bytes, and all that is kept for it. */
    'journal-bytes': { type: 'string', default: String(defaultLimits.journal) },
    'session-bytes': { type: 'string', default: String(defaultLimits.session) },
    /** Outside a cluster. */
    kubeconfig: { type: 'string' },
  },
});

const log = pino({ base: null });
const clock = systemClock;
const now = () => clock.now();
const { data: dataDir } = values;

async function main(): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const connection =
    values.kubeconfig === undefined
      ? await inClusterConnection(process.env, now)
      : await kubeconfigConnection(values.kubeconfig);
  const client = kubeClient(transport(connection, 'orket-gateway'), clock);
  const reviewer = new TokenReviewer(client, now);
  const identity = makeIdentity();
  const gateway = createGateway({
    dataDir,
    tls: identity,
    clock,
    caller: (authorization) => reviewer.caller(authorization),
    controller: values.controller,
    limits: { journal: bytesOf('journal-bytes'), session: bytesOf('session-bytes') },
    log: ({ status, ...entry }) => log[status >= 500 ? 'error' : 'info']({ status, ...entry }, 'refused'),
  });
  const stop = () => gateway.server.close().then(() => process.exit(0), fail);
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());

  await show(client, identity);
  await gateway.server.listen({ port: Number(values.port), host: values.address });
  log.info({ port: values.port }, 'the gateway listens');
  renewLater(gateway, client, identity);
}

function bytesOf(option: 'journal-bytes' | 'session-bytes'): number {
  const text = values[option];
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new OrketError('Usage', 'a number of bytes is an integer from 1', { at: `--${option}`, found: text });
}

function makeIdentity(): ServerIdentity {
  return serverIdentity({ dir: join(dataDir, 'tls'), hosts: values.hosts.split(','), now: now(), randomBytes });
}

/** Timers have a bound of 24 days, so that a later date is looked at in steps. */
function renewLater(gateway: Gateway, client: KubeClient, current: ServerIdentity): void {
  const waitMs = Math.min(Math.max(current.renewAt - now(), 60_000), 86_400_000);
  clock.schedule(waitMs, () => {
    if (now() < current.renewAt) return renewLater(gateway, client, current);
    const next = makeIdentity();
    gateway.renew(next);
    show(client, next).catch((error: unknown) => log.error(error, 'the authority could not be shown'));
    return renewLater(gateway, client, next);
  });
}

async function show(client: KubeClient, { ca }: ServerIdentity): Promise<void> {
  const [namespace = '', name = ''] = values['authority-map'].split('/');
  await publishAuthority(client, namespace, name, ca);
}

function fail(error: unknown): never {
  log.fatal(error, 'the gateway ends');
  process.exit(error instanceof OrketError ? error.exit : 70);
}

main().catch(fail);
