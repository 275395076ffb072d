import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefusal, apiClient, type ApiClient } from './api-client.ts';
import type { Cluster } from './cluster.ts';
import { emptyNamespace } from './empty-namespace.ts';
import { holds } from './size.ts';

interface Namespace {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly status: string; readonly message?: string }[];
  };
}

const goneWithinMs = 60_000;

/**
 * Runs `work` in a fresh namespace that is deleted afterwards. `title`, usually the test's own, gives the name: the same
 * title has the same name in every run, so it must be unique among tests that run at once.
 */
export async function namespaced<T>(
  cluster: Cluster,
  title: string,
  work: (namespace: string) => Promise<T>,
): Promise<T> {
  const api = apiClient(cluster.kubeconfig);
  const hasControllers = holds(cluster.size, 'controllers');
  const name = namespaceName(title);
  await createFresh(api, name, hasControllers);
  try {
    return await work(name);
  } finally {
    await remove(api, name, hasControllers);
  }
}

/** A namespace's name from any text: what is readable of it, and enough of its digest to tell texts apart. */
function namespaceName(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const digest = createHash('sha256').update(title).digest('hex').slice(0, 8);
  return `t-${words}-${digest}`.replace(/-+/g, '-');
}

async function createFresh(api: ApiClient, name: string, hasControllers: boolean): Promise<void> {
  const create = () => api('/api/v1/namespaces', { method: 'POST', body: { metadata: { name } } });
  try {
    await create();
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    // An earlier run was killed before it could delete its own, or its deletion goes on.
    await remove(api, name, hasControllers);
    await untilGone(api, name);
    await create();
  }
  // What a pod of the namespace needs from the controllers.
  if (!hasControllers) return;
  for (const made of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) {
    await untilFound(api, `/api/v1/namespaces/${name}/${made}`);
  }
}

async function remove(api: ApiClient, name: string, hasControllers: boolean): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await api(path, { method: 'DELETE' }).catch((error: unknown) => {
    if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error;
  });
  // Nobody else does what the namespace controller does.
  if (!hasControllers) {
    await emptyNamespace(api, name);
    await api(`${path}/finalize`, { method: 'PUT', body: { metadata: { name }, spec: { finalizers: [] } } }).catch(
      ignoreMissing,
    );
  }
}

async function untilGone(api: ApiClient, name: string): Promise<void> {
  const deadline = Date.now() + goneWithinMs;
  for (;;) {
    const namespace = (await api(`/api/v1/namespaces/${name}`).catch(ignoreMissing)) as Namespace | undefined;
    if (!namespace) return;
    if (Date.now() > deadline) {
      const reasons = namespace.status?.conditions
        ?.filter(({ status }) => status === 'True')
        .map(({ message }) => message);
      throw new Error(
        `namespace ${name}: expected it to be gone in ${goneWithinMs / 1000} s, found ${reasons?.join('; ')}`,
      );
    }
    await sleep(100);
  }
}

async function untilFound(api: ApiClient, path: string): Promise<void> {
  const deadline = Date.now() + goneWithinMs;
  while (!(await api(path).catch(ignoreMissing))) {
    if (Date.now() > deadline) throw new Error(`${path}: expected in ${goneWithinMs / 1000} s, not found`);
    await sleep(20);
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiRefusal && error.status === status;
}
