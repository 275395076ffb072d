import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, type JsonObject, type JsonValue } from '#crds';
import { serverIdentity, type ServerIdentity } from '../../controller/gateway/authority.ts';
import { createGateway, type Gateway, type LogEntry } from '../../controller/gateway/gateway.ts';
import { Unauthenticated, type Caller } from '../../controller/gateway/identity.ts';
import type { RoomLimits } from '../../controller/gateway/room.ts';
import { systemClock } from '../../controller/kube/clock.ts';
import { remoteSession, type RemoteSession } from '../../runtime/journal/remote-store.ts';

export const sessionUid = '11111111-2222-4333-8444-555555555555';
const controllerName = 'system:serviceaccount:orket-system:orket-controller';
export const bundle: JsonObject = {
  bundleVersion: 1,
  inputs: {},
  roles: [],
  steps: [],
  venue: { provider: 'scripted' },
};

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A real gateway on a port of this machine. Only who a token belongs to is said here instead of by an API server. */
export interface GatewayRig {
  readonly url: string;
  readonly dir: string;
  readonly identity: ServerIdentity;
  readonly log: readonly LogEntry[];
  /** A token as the pod `hello-x-aN` of the Session has it. */
  podToken(attempt: number, uid?: string): string;
  announce(attempt: number, changes?: JsonObject): Promise<Answer>;
  session(token: string): RemoteSession;
  call(
    method: string,
    path: string,
    options?: { readonly token?: string; readonly body?: JsonValue | Buffer },
  ): Promise<Answer>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Called with each request that was served, before its answer goes out. */
export type Answering = (request: { readonly url: string; readonly body: unknown }) => Promise<void>;

export async function startGateway(limits?: RoomLimits, answering?: Answering): Promise<GatewayRig> {
  const dir = mkdtempSync(join(tmpdir(), 'orket-gateway-'));
  const identity = serverIdentity({ dir: join(dir, 'tls'), hosts: ['127.0.0.1'], now: Date.now(), randomBytes });
  const caFile = join(dir, 'ca.pem');
  writeFileSync(caFile, identity.ca);
  const log: LogEntry[] = [];
  const start = async (port: number): Promise<{ gateway: Gateway; port: number }> => {
    const caller = async (authorization?: string): Promise<Caller> => callerOf(authorization);
    const gateway = createGateway({
      dataDir: join(dir, 'data'),
      tls: identity,
      clock: systemClock,
      caller,
      controller: controllerName,
      ...(limits === undefined ? {} : { limits }),
      log: (entry) => log.push(entry),
    });
    if (answering !== undefined)
      gateway.server.addHook('onSend', async ({ url: path, body }) => answering({ url: path, body }));
    await gateway.server.listen({ port, host: '127.0.0.1' });
    const address = gateway.server.server.address();
    return { gateway, port: typeof address === 'object' && address !== null ? address.port : 0 };
  };
  let running = await start(0);
  const url = `https://127.0.0.1:${running.port}`;
  const stopped = new AbortController();

  const call: GatewayRig['call'] = (method, path, { token, body } = {}) =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      const outgoing = request(new URL(path, url), {
        method,
        ca: identity.ca,
        agent: false,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(bytes === undefined
            ? {}
            : {
                'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json',
                'content-length': bytes.length,
              }),
        },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject).on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      outgoing.end(bytes);
    });

  return {
    url,
    dir,
    identity,
    log,
    podToken: (attempt, uid = `pod-${attempt}`) => `pod team hello-x-a${attempt} ${uid}`.replaceAll(' ', ','),
    async announce(attempt, changes = {}) {
      await call('PUT', `/v1/namespaces/team/bundles/${digestOf(bundle)}`, { token: 'controller', body: bundle });
      const body = {
        namespace: 'team',
        session: 'hello-x',
        attempt,
        bundle: digestOf(bundle),
        launch: {},
        previousIsDead: true,
        ...changes,
      };
      return call('PUT', `/v1/sessions/${sessionUid}/attempt`, { token: 'controller', body });
    },
    session(token) {
      const tokenFile = join(dir, `token-${token.replaceAll(/[^a-z0-9-]/g, '_')}`);
      writeFileSync(tokenFile, token);
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20)));
      return remoteSession(sessionUid, {
        baseUrl: url,
        caFile,
        tokenFile,
        signal: stopped.signal,
        random: () => 0.5,
        sleep,
      });
    },
    call,
    async restart() {
      await running.gateway.server.close();
      running = await start(running.port);
    },
    async stop() {
      stopped.abort();
      await running.gateway.server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

function callerOf(authorization?: string): Caller {
  const token = authorization?.slice('Bearer '.length) ?? '';
  if (token === 'controller') return { username: controllerName, pod: null };
  const [kind, namespace = '', name = '', uid = ''] = token.split(',');
  if (kind !== 'pod') throw new Unauthenticated('one that is not valid');
  return { username: `system:serviceaccount:${namespace}:default`, pod: { namespace, name, uid } };
}
