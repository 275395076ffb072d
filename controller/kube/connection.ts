import { readFile } from 'node:fs/promises';
import { OrketError, type Instant } from '#crds';

/** How to reach an API server, and as whom. */
export interface Connection {
  readonly server: URL;
  /** PEM of the certificate authority; absent takes the system's. */
  readonly ca?: string;
  /** PEM of a client certificate. */
  readonly cert?: string;
  readonly key?: string;
  /** The bearer token of now, null where a client certificate says who we are. */
  token(): Promise<string | null>;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The API server of the cluster that this process is a pod of, as the pod's ServiceAccount. */
export async function inClusterConnection(
  env: Readonly<Record<string, string | undefined>>,
  now: () => Instant,
): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || port === undefined) {
    throw new OrketError('ClusterUnreachable', 'this process is not in a pod', {
      expected: 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT',
      remedy: 'Outside a cluster pass --kubeconfig FILE.',
    });
  }
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const ca = await readFile(`${serviceAccount}/ca.crt`, 'utf8');
  return { server, ca, token: tokenFile(`${serviceAccount}/token`, now) };
}

const tokenKeptMs = 30_000;

/** Reads a token that the kubelet replaces before it expires. */
export function tokenFile(path: string, now: () => Instant): () => Promise<string> {
  let kept: { readonly token: string; readonly until: Instant } | null = null;
  return async () => {
    if (kept === null || now() >= kept.until) {
      kept = { token: (await readFile(path, 'utf8')).trim(), until: now() + tokenKeptMs };
    }
    return kept.token;
  };
}
