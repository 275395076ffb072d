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

interface Cause {
  readonly field?: string;
  readonly message?: string;
}

interface ApiBody {
  readonly message?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly finalizers?: readonly string[];
  };
  readonly details?: { readonly causes?: readonly Cause[] };
  readonly [key: string]: unknown;
}

type BodyType =
  | 'application/json'
  | 'application/yaml'
  | 'application/merge-patch+json'
  | 'application/apply-patch+yaml';

export interface ApiClient {
  send(method: string, path: string, body?: string, type?: BodyType): Promise<Verdict>;
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
        // A DELETE with a body has no length of its own accord, and its body would count as the next request.
        const length = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
        const headers = { ...shared.headers, accept: 'application/json', ...length };
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
  const named = causes.length > 0 ? causes.map((cause) => placeOf(cause)) : decodeFields(message);
  return [...new Set(named)].toSorted();
}

/** The root has the field `<nil>`; an integer out of its format has it too and is named in the message. */
function placeOf({ field, message = '' }: Cause): string {
  if (field !== undefined && field !== '<nil>') return field;
  return /with format int(?:32|64) in (\S+)$/.exec(message)?.[1] ?? '';
}

/** Decoding names its fields only in the message, and of metadata no more than the field of the Go struct. */
function decodeFields(message: string): readonly string[] {
  const strict = [...message.matchAll(/(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"/g)].map(
    (match) => match[1] ?? '',
  );
  if (strict.length > 0) return strict;
  const field = /Go struct field ObjectMeta\.(\w+)/.exec(message)?.[1];
  if (field !== undefined) return [`metadata.${field}`];
  return message.includes('v1.ObjectMeta') ? ['metadata'] : [];
}
