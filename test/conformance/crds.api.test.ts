import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { kindInfos } from '../../crds/validate/kinds.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { bases } from './parity-cases.ts';
import { apiClient } from './parity-client.ts';
import { installCrds } from './parity-install.ts';

const cluster = joinCluster(inject('clusterDir'));
const folder = join(import.meta.dirname, '..', '..', 'crds');
let installed: Awaited<ReturnType<typeof installCrds>>;

beforeAll(async () => {
  const api = await apiClient(inject('kubeconfig'));
  installed = await installCrds(api);
  api.close();
});

describe('the CRDs on a real API server', () => {
  it('are established, with their names accepted and their schemas structural', () => {
    expect(installed.size).toBe(7);
    for (const conditions of installed.values()) expect(conditions).toEqual(['Established', 'NamesAccepted']);
  });

  it('are far below the 256 KiB that client-side apply can take', async () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThan(64 * 1024);
    await cluster.kubectl(['apply', ...files.map((file) => `--filename=${join(folder, file)}`)]);
  });

  it('teach every field of spec through kubectl explain', async () => {
    for (const { plural } of kindInfos) {
      const text = await cluster.kubectl(['explain', plural, '--recursive=false']);
      expect(text).toContain('DESCRIPTION:');
      expect(text).not.toContain('<empty>');
    }
    const text = await cluster.kubectl(['explain', 'flow.spec.trigger.onChange.settleSeconds']);
    expect(text).toContain('How long the digest must be stable');
  });

  it('have no field without a description', () => {
    const undescribed = kindInfos.flatMap(({ kind, schema }) =>
      bare(schema.properties?.['spec'] ?? {}, `${kind}.spec`),
    );
    expect(undescribed).toEqual([]);
  });

  it('list under short names and the category, with their columns', async () => {
    await namespaced(cluster, 'crd columns', async (namespace) => {
      const here = ['--namespace', namespace];
      const names = ['band', 'flow', 'policy', 'score', 'session', 'toolset', 'venue-openai'];
      for (const name of names) {
        await cluster.kubectl([...here, 'create', '-f', '-'], { input: JSON.stringify(bases.get(name)) });
      }
      for (const { shortNames, columns } of kindInfos) {
        for (const shortName of shortNames) {
          const [head = ''] = (await cluster.kubectl([...here, 'get', shortName, '-o', 'wide'])).split('\n');
          for (const { name } of columns) expect(head).toContain(name.toUpperCase());
        }
      }
      const all = await cluster.kubectl([...here, 'get', 'orket', '-o', 'name']);
      expect(all.trim().split('\n')).toHaveLength(names.length);
    });
  });

  it('show a status that no controller has looked at yet', async () => {
    await namespaced(cluster, 'crd status', async (namespace) => {
      const here = ['--namespace', namespace];
      await cluster.kubectl([...here, 'create', '-f', '-'], { input: JSON.stringify(bases.get('flow')) });
      const generation = ['get', 'flow', 'review', '-o', 'jsonpath={.status.observedGeneration}'];
      expect(await cluster.kubectl([...here, ...generation])).toBe('-1');
    });
  });
});

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly additionalProperties?: Described;
}

function bare(
  { description, properties = {}, items, additionalProperties }: Described,
  path: string,
): readonly string[] {
  return [
    ...(description === undefined ? [path] : []),
    ...Object.entries(properties).flatMap(([key, child]) => bare(child, `${path}.${key}`)),
    ...(items === undefined ? [] : bare(items, `${path}[]`)),
    ...(additionalProperties === undefined ? [] : bare(additionalProperties, `${path}{}`)),
  ];
}
