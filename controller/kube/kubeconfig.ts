import { readFileSync } from 'node:fs';
import { OrketError } from '#crds';
import type { Connection } from './connection.ts';

/** The namespace is the one that the context names, else `default`. */
export type KubeconfigConnection = Connection & { readonly namespace: string };

/**
 * The API server of a kubeconfig file and one of its contexts (default: the current one), with every way to log in that
 * the client library knows. The library is loaded here and only here: it is large, and a pod does without it.
 */
export async function kubeconfigConnection(file: string, context?: string): Promise<KubeconfigConnection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(file);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new OrketError('ClusterUnreachable', 'the kubeconfig has no such context', {
      at: file,
      expected: config.contexts.map(({ name }) => name).join(', '),
      found: context ?? 'no current-context',
    });
  }
  const user = config.getCurrentUser();
  const ca = pem(cluster.caData, cluster.caFile);
  const cert = pem(user?.certData, user?.certFile);
  const key = pem(user?.keyData, user?.keyFile);
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    server: new URL(cluster.server),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    token: async () => {
      const options: { headers: Record<string, string> } = { headers: {} };
      await config.applyToHTTPSOptions(options);
      const bearer = options.headers['Authorization'] ?? options.headers['authorization'];
      return bearer?.startsWith('Bearer ') ? bearer.slice('Bearer '.length) : null;
    },
  };
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}
