import { Agent, request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

/** What the API server said to one request: its verdict and the fields it named. */
export interface Verdict {
  readonly accepted: boolean;
  readonly status: number;
  /** Fields named as wrong, sorted, without the entry that only says that rules were skipped. */
  readonly fields: readonly string[];
  readonly message: string;
  readonly body: ApiBody;
}

export interface ApiBody {
  readonly message?: string;
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
  readonly [key: string]: unknown;
}

export interface ApiClient {
  send(method: string, path: string, body?: string, type?: 'application/json' | 'application/yaml'): Promise<Verdict>;
  close(): void;
}

/** A client that keeps its connections, so that thousands of small requests take seconds. */
export async function apiClient(kubeconfig: string, sockets = 16): Promise<ApiClient> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const options: Record<string, unknown> = {};
  await config.applyToHTTPSOptions(options);
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  const agent = new Agent({ ...options, keepAlive: true, maxSockets: sockets });
  const shared = { auth: options['auth'] as string | undefined, headers: options['headers'] as object | undefined };
  return {
    close: () => agent.destroy(),
    send: (method, path, body, type = 'application/json') =>
      new Promise((resolve, reject) => {
        const headers = {
          ...shared.headers,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': type }),
        };
        const outgoing = request(
          { agent, method, path, headers, host: server.hostname, port: server.port },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
              resolve(verdictOf(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
            );
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
  };
}

function verdictOf(status: number, text: string): Verdict {
  const body = (text.startsWith('{') ? JSON.parse(text) : { message: text }) as ApiBody;
  const message = body.message ?? '';
  const accepted = status < 300;
  return { accepted, status, message, body, fields: accepted ? [] : fieldsOf(body, message) };
}

const skipped = 'some validation rules were not checked';

function fieldsOf(body: ApiBody, message: string): readonly string[] {
  const causes = (body.details?.causes ?? []).filter((cause) => cause.message?.includes(skipped) !== true);
  const named = causes.length > 0 ? causes.map((cause) => cause.field ?? '<nil>') : quoted(message);
  return [...new Set(named)].toSorted();
}

/** Strict decoding names its fields only in the message: `unknown field "spec.x", duplicate field "spec.y"`. */
function quoted(message: string): readonly string[] {
  return [...message.matchAll(/(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
}
