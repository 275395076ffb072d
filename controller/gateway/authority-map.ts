import type { ObjectMeta } from '#crds';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, KubeResource } from '../kube/resource.ts';

/** Where the gateway shows the certificate of its authority to the controller, which gives it to pods. */
export interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: KubeResource<ConfigMap> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
const key = 'ca.crt';

/** The ConfigMap is installed without data: its account may change this one and create none. */
export async function publishAuthority(client: KubeClient, namespace: string, name: string, ca: string): Promise<void> {
  await client.apply(
    configMaps,
    { metadata: { namespace, name }, data: { [key]: ca } },
    { fieldManager: 'orket-gateway' },
  );
}

/** Null until the gateway has started once. */
export async function readAuthority(client: KubeClient, namespace: string, name: string): Promise<string | null> {
  return (await client.get(configMaps, namespace, name))?.data?.[key] ?? null;
}
