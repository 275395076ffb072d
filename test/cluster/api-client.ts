import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

/** An answer of the API server that is not a success. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 500)}`);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export type ApiClient = (path: string, options?: ApiRequest) => Promise<unknown>;

/**
 * Requests to the API server as the current user of a kubeconfig of this folder; JSON in and out.
 * Much lighter than a client library, so that a cluster's own start does not wait for one to load.
 */
export function apiClient(kubeconfig: string): ApiClient {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster;
  const { token } = config.users[0].user;
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(authority, 'base64') });
  return (path, { method = 'GET', body, contentType = 'application/json', accept = 'application/json' } = {}) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept, 'content-type': contentType };
      const outgoing = request(new URL(path, server), { method, agent, headers, timeout: 30_000 }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject).on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 300) reject(new ApiRefusal(method, path, status, text));
          else resolve(answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : text);
        });
      });
      outgoing
        .on('error', reject)
        .on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
