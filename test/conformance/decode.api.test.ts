import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { canonicalCopy, type JsonValue } from '../../crds/canonical/json.ts';
import { decodeManifest } from '../crds/decode-manifest.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { stricter, texts } from './decode-texts.ts';
import { apiClient, type ApiClient } from './parity-client.ts';
import { installCrds } from './parity-install.ts';

const cluster = joinCluster(inject('clusterDir'));
let api: ApiClient;

beforeAll(async () => {
  api = await apiClient(inject('kubeconfig'));
  await installCrds(api);
});

afterAll(() => api.close());

/** A Session whose inputs are the text; a directive of the text stays at the top. */
function manifest(text: string): string {
  const [head, rest] = text.startsWith('%') ? text.split(/(?<=---\n)/) : ['', text];
  const inputs = (rest ?? '').split('\n').map((line) => (line === '' ? '' : `    ${line}`));
  const top = 'apiVersion: orket.dev/v1alpha1\nkind: Session\nmetadata: {name: a}\n';
  return `${head}${top}spec:\n  flowRef: {name: a}\n  inputs:\n${inputs.join('\n')}\n`;
}

function inputsOf(value: unknown): string {
  const { spec } = value as { readonly spec?: { readonly inputs?: JsonValue } };
  return canonicalCopy(spec?.inputs ?? null).text;
}

async function byServer(namespace: string, text: string): Promise<string> {
  const path = `/apis/orket.dev/v1alpha1/namespaces/${namespace}/sessions?dryRun=All&fieldValidation=Strict`;
  const { accepted, body } = await api.send('POST', path, text, 'application/yaml');
  return accepted ? inputsOf(body) : 'refused';
}

function byUs(text: string): string {
  const { documents, problems } = decodeManifest('a.yaml', text);
  return problems.length > 0 ? 'refused' : inputsOf(documents[0]?.value);
}

it('decodes YAML to the same JSON as the API server, and is stricter only where it says why', async () => {
  const differences = await namespaced(cluster, 'decode parity', (namespace) =>
    Promise.all(
      texts.map(async (text) => {
        const ours = byUs(manifest(text));
        if (stricter.has(text))
          return ours === 'refused' ? [] : [`${JSON.stringify(text)}: we are no stricter: ${ours}`];
        const theirs = await byServer(namespace, manifest(text));
        return ours === theirs ? [] : [`${JSON.stringify(text)}: ours ${ours}, the server's ${theirs}`];
      }),
    ),
  );
  expect(differences.flat()).toEqual([]);
  expect(texts.length).toBeGreaterThan(250);
});
