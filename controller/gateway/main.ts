import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { kubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { inClusterConnection } from '../kube/connection.ts';
import { kubeconfigConnection } from '../kube/kubeconfig.ts';
import { transport } from '../kube/transport.ts';
import { publishAuthority } from './authority-map.ts';
import { serverIdentity } from './authority.ts';
import { createGateway } from './gateway.ts';
import { TokenReviewer } from './identity.ts';

const { values } = parseArgs({
  options: {
    /** Folder of the volume. */
    data: { type: 'string' },
    port: { type: 'string', default: '8443' },
    /** DNS names and addresses that clients use, with commas between. */
    hosts: { type: 'string', default: 'localhost' },
    /** User name of the controller's account. */
    controller: { type: 'string', default: 'system:serviceaccount:orket-system:orket-controller' },
    /** ConfigMap, `NAMESPACE/NAME`, to show the certificate of the authority in. */
    'authority-map': { type: 'string', default: 'orket-system/orket-gateway-ca' },
    /** Outside a cluster. */
    kubeconfig: { type: 'string' },
  },
});

const log = pino({ base: null });
const clock = systemClock;
const now = () => clock.now();
const dataDir = values.data ?? '/var/lib/orket';
mkdirSync(dataDir, { recursive: true });

const connection =
  values.kubeconfig === undefined
    ? await inClusterConnection(process.env, now)
    : await kubeconfigConnection(values.kubeconfig);
const client = kubeClient(transport(connection, 'orket-gateway'), clock);
const reviewer = new TokenReviewer(client, now);
const identity = () =>
  serverIdentity({ dir: join(dataDir, 'tls'), hosts: values.hosts.split(','), now: clock.now(), randomBytes });

const [namespace = '', name = ''] = values['authority-map'].split('/');
let current = identity();
const gateway = createGateway({
  dataDir,
  tls: current,
  clock,
  caller: (authorization) => reviewer.caller(authorization),
  controller: values.controller,
  log: ({ status, ...entry }) => log[status >= 500 ? 'error' : 'info']({ status, ...entry }, 'refused'),
});
await publishAuthority(client, namespace, name, current.ca);
await gateway.server.listen({ port: Number(values.port), host: '::' });
log.info({ port: values.port }, 'the gateway listens');
renewLater();

/** Timers have a bound of 24 days, so that a later date is looked at in steps. */
function renewLater(): void {
  const waitMs = Math.min(Math.max(current.renewAt - clock.now(), 60_000), 86_400_000);
  clock.schedule(waitMs, () => {
    if (clock.now() >= current.renewAt) {
      current = identity();
      gateway.renew(current);
      publishAuthority(client, namespace, name, current.ca).catch((error: unknown) =>
        log.error(error, 'not published'),
      );
    }
    renewLater();
  });
}

async function stop(): Promise<void> {
  await gateway.server.close();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
