import type { ApiClient } from './api-client.ts';

interface DiscoveredResource {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly verbs: readonly string[];
}

interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions: readonly { readonly version: string; readonly resources?: readonly DiscoveredResource[] }[];
}

interface ObjectList {
  readonly items?: readonly { readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] } }[];
}

const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Deletes every object of a namespace, finalizers or not, where no namespace controller runs. */
export async function emptyNamespace(api: ApiClient, namespace: string): Promise<void> {
  const paths = (await deletableResources(api)).map(
    ({ base, resource }) => `${base}/namespaces/${namespace}/${resource}`,
  );
  await Promise.all(paths.map((path) => deleteAll(api, path)));
}

async function deleteAll(api: ApiClient, path: string): Promise<void> {
  if (((await api(path)) as ObjectList).items?.length === 0) return;
  await api(`${path}?propagationPolicy=Background&gracePeriodSeconds=0`, { method: 'DELETE' });
  // What remains waits for controllers that may be gone.
  for (const { metadata } of ((await api(path)) as ObjectList).items ?? []) {
    if (!metadata.finalizers?.length) continue;
    const body = { metadata: { finalizers: null } };
    await api(`${path}/${metadata.name}`, { method: 'PATCH', contentType: 'application/merge-patch+json', body });
  }
}

/** Each namespaced resource once, in its group's preferred version. */
async function deletableResources(
  api: ApiClient,
): Promise<readonly { readonly base: string; readonly resource: string }[]> {
  const lists = await Promise.all(['/api', '/apis'].map((path) => api(path, { accept: discovery })));
  const groups = lists.flatMap((list) => (list as { readonly items: readonly DiscoveredGroup[] }).items);
  return groups.flatMap((group) => {
    const name = group.metadata?.name;
    const seen = new Set<string>();
    return group.versions.flatMap(({ version, resources = [] }) =>
      resources
        .filter(
          ({ scope, verbs }) => scope === 'Namespaced' && verbs.includes('deletecollection') && verbs.includes('list'),
        )
        .filter(({ resource }) => !seen.has(resource) && seen.add(resource))
        .map(({ resource }) => ({ base: name ? `/apis/${name}/${version}` : `/api/${version}`, resource })),
    );
  });
}
