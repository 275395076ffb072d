import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue, Session } from '#crds';
import { beginning, frame, readLine, type JournalRecord } from '#runtime';
import { joinCluster, type Cluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { checkout } from '../cluster/tools.ts';
import { journalsFolder, systemNamespace } from './install.ts';

/** One namespace of a cluster that Orket is installed on. */
export interface Scenario {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (...objects: readonly object[]) => Promise<string>;
  readonly get: <T>(kind: string, name: string) => Promise<T>;
  /** Waits as a person would, then gives the Session as it ended. */
  readonly untilEnded: (name: string) => Promise<Session>;
  /** The records of a Session's journal, each checked against the one before. */
  readonly journal: (session: Session) => readonly JournalRecord[];
  /** A token of the namespace's default account, bound to a pod. */
  readonly tokenFor: (pod: string, audience?: string) => Promise<string>;
}

export function inScenario(title: string, work: (scenario: Scenario) => Promise<void>): Promise<void> {
  const cluster = joinCluster();
  return namespaced(cluster, title, async (namespace) => {
    const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(['-n', namespace, ...args]);
    const scenario: Scenario = {
      cluster,
      namespace,
      kubectl,
      apply: (...items) =>
        cluster.kubectl(['-n', namespace, 'apply', '-f', '-'], {
          input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
        }),
      get: async (kind, name) => JSON.parse(await kubectl('get', kind, name, '-o', 'json')),
      untilEnded: async (name) => {
        await kubectl('wait', '--for=jsonpath={.status.completionTime}', `session/${name}`, '--timeout=90s');
        return JSON.parse(await kubectl('get', 'session', name, '-o', 'json'));
      },
      journal: (session) => readJournal(cluster, session.metadata.uid ?? ''),
      tokenFor: async (pod, audience = 'orket-gateway') => {
        const bound = ['--bound-object-kind=Pod', `--bound-object-name=${pod}`, `--audience=${audience}`];
        return (await kubectl('create', 'token', 'default', ...bound)).trim();
      },
    };
    await work(scenario);
  });
}

function readJournal(cluster: Cluster, uid: string): readonly JournalRecord[] {
  const path = join(journalsFolder(cluster), 'data/sessions', uid, 'journal.jsonl');
  let place = beginning;
  return frame(readFileSync(path)).lines.map((line) => {
    const link = readLine(line, place);
    if (link.kind !== 'record') throw new Error(`${path}: ${JSON.stringify(link)}`);
    ({ place } = link);
    return link.record;
  });
}

/** What `orket run` gives for the same manifests on this machine, with no cluster. */
export function runLocally(path: string): Session {
  const state = mkdtempSync(join(tmpdir(), 'orket-local-'));
  try {
    const args = [join(checkout, 'cli/main.ts'), 'run', path, '--state', state, '-o', 'json'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: checkout });
    if (status !== 0) throw new Error(`orket run ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(state, { recursive: true });
  }
}

export interface GatewayAnswer {
  readonly status: number;
  readonly reason: unknown;
}

/** Asks the gateway as whoever holds the token. */
export async function askGateway(
  cluster: Cluster,
  { method, path, token, body }: { method: string; path: string; token: string | null; body?: JsonValue },
): Promise<GatewayAnswer> {
  const inSystem = ['-n', systemNamespace, 'get'];
  const host = await cluster.kubectl([...inSystem, 'pod', 'orket-gateway-0', '-o', 'jsonpath={.status.podIP}']);
  const ca = await cluster.kubectl([
    ...inSystem,
    'configmap',
    'orket-gateway-ca',
    '-o',
    String.raw`jsonpath={.data.ca\.crt}`,
  ]);
  const bytes = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(bytes === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
    };
    const servername = `orket-gateway.${systemNamespace}.svc`;
    const outgoing = request({ host, port: 8443, method, path, ca, servername, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', reject).on('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json');
        resolve({ status: answer.statusCode ?? 0, reason: isJson ? JSON.parse(text).reason : undefined });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** Looks again until something holds. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`expected within ${withinMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
