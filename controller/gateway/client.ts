import { catalogue, OrketError, readBundle, type Bundle, type Digest, type JsonValue, type Reason } from '#crds';
import type { Connection } from '../kube/connection.ts';
import { linesOf } from '../kube/lines.ts';
import { readJson, transport, type KubeRequest } from '../kube/transport.ts';
import type { BundleStore } from '../reconcile/apply.ts';
import type { JournalView } from '../reconcile/plan.ts';
import type { Announcement } from './attempts.ts';
import type { ChangeLine } from './changes.ts';

/** What the controller does with the gateway. Everything throws `GatewayUnreachable` while it is away. */
export interface GatewayClient extends BundleStore {
  /** Null where no such bundle was put for this namespace. */
  bundle(namespace: string, digest: Digest): Promise<Bundle | null>;
  /** From when this returns, pods of older attempts are refused. */
  announce(announcement: Announcement): Promise<void>;
  /** What the journal of a Session shows now, null where it has none. */
  view(uid: string): Promise<JournalView | null>;
  /** Journals that change, for as long as the connection stands; null once it stands and then as a sign of life. Throws when it breaks. */
  changes(signal: AbortSignal): AsyncGenerator<ChangeLine | null>;
  close(): void;
}

const silenceMs = 45_000;
const lineCharacters = 1024 * 1024;

export function gatewayClient(connection: Connection): GatewayClient {
  const peer = { name: 'the gateway', unreachable: 'GatewayUnreachable' } as const;
  const http = transport(connection, 'orket-controller', peer);

  /** Undefined for 204. */
  async function call(request: KubeRequest, nullOn404: boolean): Promise<unknown> {
    const answer = await http.send(request);
    if (answer.status === 204) {
      answer.body.resume();
      return undefined;
    }
    const body = await readJson(answer, request, peer);
    if (answer.status === 200) return body;
    if (answer.status === 404 && nullOn404) return null;
    throw refused(request, answer.status, body);
  }

  return {
    async put(namespace, digest, bundle) {
      await call({ method: 'PUT', path: bundlePath(namespace, digest), body: bundle }, false);
    },

    async bundle(namespace, digest) {
      const found = await call({ method: 'GET', path: bundlePath(namespace, digest) }, true);
      return found === null ? null : readBundle(found as JsonValue);
    },

    async announce({ uid, ...body }) {
      await call({ method: 'PUT', path: `/v1/sessions/${uid}/attempt`, body }, false);
    },

    async view(uid) {
      const answer = await call({ method: 'GET', path: `/v1/sessions/${uid}/projection` }, true);
      return (answer as { readonly view: JournalView | null } | null)?.view ?? null;
    },

    async *changes(signal) {
      const request: KubeRequest = { method: 'GET', path: '/v1/changes', signal };
      const answer = await http.send(request);
      if (answer.status !== 200) throw refused(request, answer.status, await readJson(answer, request, peer));
      try {
        for await (const line of linesOf(answer, silenceMs, lineCharacters)) {
          yield line === '' ? null : (JSON.parse(line) as ChangeLine);
        }
      } catch (error) {
        const found = error instanceof Error ? error.message : 'a broken stream';
        throw new OrketError('GatewayUnreachable', 'the stream of changes broke off', { found }, error);
      }
    },

    close: () => http.close(),
  };
}

function bundlePath(namespace: string, digest: Digest): string {
  return `/v1/namespaces/${encodeURIComponent(namespace)}/bundles/${digest}`;
}

/** A refusal keeps its reason where it is one of ours; everything else means that the gateway is not well. */
function refused({ method, path }: KubeRequest, status: number, body: unknown): OrketError {
  const { reason, message } = Object(body);
  const at = `${method} ${path}`;
  const found = typeof message === 'string' ? message.slice(0, 500) : `status ${status}`;
  if (status >= 400 && status < 500 && isReason(reason))
    return new OrketError(reason, 'the gateway refuses', { at, found });
  return new OrketError('GatewayUnreachable', 'the gateway cannot do it now', { at, found });
}

function isReason(reason: unknown): reason is Reason {
  return typeof reason === 'string' && Object.hasOwn(catalogue, reason);
}
