import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closureOf, completeDocuments, completeFile, digestFrom, resolved } from '../crds/complete.ts';
import { bundleDigest, projectBundle } from '../../crds/bundle/project.ts';
import type { Digest } from '../../crds/canonical/digest.ts';
import type { Resource } from '../../crds/generated/resources.ts';
import { kindInfos } from '../../crds/validate/kinds.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { apiClient, type ApiClient } from './parity-client.ts';
import { inForce, installCrds } from './parity-install.ts';

const cluster = joinCluster(inject('clusterDir'));
const text = readFileSync(completeFile, 'utf8');
const fromFile = digestFrom(completeDocuments());
const kinds = kindInfos.map(({ plural }) => `${plural}.orket.dev`).join(',');
const newField = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/roles/items/properties/volume';

let api: ApiClient;

beforeAll(async () => {
  api = await apiClient(inject('kubeconfig'));
  await installCrds(api);
});

afterAll(() => api.close());

/** The digest of what a controller would find in a namespace. */
async function digestOnServer(namespace: string): Promise<Digest> {
  const found = await cluster.kubectl(['--namespace', namespace, 'get', kinds, '-o', 'json']);
  const { items } = JSON.parse(found) as { readonly items: readonly Resource[] };
  return bundleDigest(projectBundle(closureOf(items), resolved));
}

function apply(namespace: string, input: string, ...flags: readonly string[]): Promise<string> {
  return cluster.kubectl(['--namespace', namespace, 'apply', ...flags, '-f', '-'], { input });
}

async function patchBands(operation: object): Promise<void> {
  await cluster.kubectl(['patch', 'crd', 'bands.orket.dev', '--type=json', '--patch', JSON.stringify([operation])]);
  await inForce(api);
}

describe('the digest of a bundle', () => {
  it('is the same from the file, from client-side and from server-side apply', async () => {
    const clientSide = namespaced(cluster, 'bundle client-side', async (namespace) => {
      await apply(namespace, text);
      return digestOnServer(namespace);
    });
    const serverSide = namespaced(cluster, 'bundle server-side', async (namespace) => {
      await apply(namespace, text, '--server-side');
      return digestOnServer(namespace);
    });
    expect(await Promise.all([clientSide, serverSide])).toEqual([fromFile, fromFile]);
  });

  it('is the same after the objects were changed and went back, however they were applied', async () => {
    await namespaced(cluster, 'bundle there and back', async (namespace) => {
      await apply(namespace, text.replace('You read.', 'You write.').replace('depth: 3', 'depth: 4'));
      expect(await digestOnServer(namespace)).not.toBe(fromFile);
      await apply(namespace, text, '--server-side', '--force-conflicts');
      expect(await digestOnServer(namespace)).toBe(fromFile);
    });
  });

  it('is the same after a CRD has brought a new field with a default', async () => {
    await namespaced(cluster, 'bundle new default', async (namespace) => {
      await apply(namespace, text);
      const value = { description: 'New.', type: 'string', maxLength: 16, default: 'loud' };
      await patchBands({ op: 'add', path: newField, value });
      try {
        const band = await cluster.kubectl(['--namespace', namespace, 'get', 'band', 'band', '-o', 'json']);
        expect(band).toContain('"volume": "loud"');
        expect(await digestOnServer(namespace)).toBe(fromFile);
      } finally {
        await patchBands({ op: 'remove', path: newField });
      }
    });
  });
});
