import { existsSync, readFileSync } from 'node:fs';
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
  readable(file, () => config.loadFromFile(file));
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new OrketError('ClusterUnreachable', 'the kubeconfig has no such context', {
      at: file,
      expected: config.contexts.map(({ name }) => name).join(', '),
      found: context ?? 'no current-context',
      remedy: 'Name one of them with --context.',
    });
  }
  const user = config.getCurrentUser();
  const [ca, cert, key] = readable(file, () => [
    pem(cluster.caData, cluster.caFile),
    pem(user?.certData, user?.certFile),
    pem(user?.keyData, user?.keyFile),
  ]);
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    server: readable(file, () => new URL(cluster.server)),
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

/** What is wrong with a file is told without its words: it holds keys. Throws `ClusterUnreachable`. */
function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const summary = isMissing && !existsSync(file) ? 'there is no kubeconfig' : 'the kubeconfig cannot be used';
    throw new OrketError(
      'ClusterUnreachable',
      summary,
      {
        at: file,
        expected: 'a kubeconfig whose server is a URL and whose files are there',
        found: isMissing ? 'a file that is not there' : 'something else',
        remedy: 'Name another with --kubeconfig, or leave --context and --kubeconfig out to mean this machine.',
      },
      cause,
    );
  }
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}
