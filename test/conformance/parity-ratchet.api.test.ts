import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../crds/canonical/json.ts';
import { validateResource } from '../../crds/validate/validate.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { apiClient, type ApiClient } from './parity-client.ts';
import { inForce, installCrds } from './parity-install.ts';
import { disagreement } from './parity.ts';

const cluster = joinCluster(inject('clusterDir'));
const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bands.orket.dev';
let api: ApiClient;

beforeAll(async () => {
  api = await apiClient(inject('kubeconfig'));
  await installCrds(api);
});

afterAll(async () => {
  await installCrds(api);
  api.close();
});

/** A role that was fine under an earlier, laxer schema. */
interface Role {
  readonly [key: string]: JsonValue;
}

const scribe: Role = { name: 'scribe', prompt: 'You write.' };
const shouting: Role = { name: 'Lead', prompt: 'You lead.' };
const speechless: Role = { name: 'mute' };
const selfish: Role = { name: 'echo', prompt: 'You repeat.', callable: ['echo'] };
const forgetful: Role = { name: 'again', prompt: 'You forget.', tools: ['files.read', 'files.read'] };

const copying: Role = { ...scribe, prompt: 'You copy.' };

interface Update {
  readonly title: string;
  readonly before: readonly Role[];
  readonly after: readonly Role[];
  readonly metadata?: JsonObject;
}

const accepted: readonly Update[] = [
  {
    title: 'a label beside wrong roles',
    before: [shouting, speechless, selfish],
    after: [shouting, speechless, selfish],
    metadata: { labels: { a: 'b' } },
  },
  { title: 'another role beside a wrong name', before: [shouting, scribe], after: [shouting, copying] },
  { title: 'a prompt beside a wrong name', before: [shouting], after: [{ ...shouting, prompt: 'You guide.' }] },
  { title: 'another role beside a missing prompt', before: [speechless, scribe], after: [speechless, copying] },
  { title: 'another role beside one that calls itself', before: [selfish, scribe], after: [selfish, copying] },
  { title: 'one role more beside a wrong name', before: [shouting], after: [shouting, scribe] },
  { title: 'the order of roles', before: [shouting, scribe], after: [scribe, shouting] },
  { title: 'a prompt beside a tool that is there twice', before: [forgetful], after: [{ ...forgetful, prompt: 'x' }] },
];

const refused: readonly Update[] = [
  { title: 'a wrong name into another', before: [shouting], after: [{ ...shouting, name: 'LEAD' }] },
  { title: 'a model beside a missing prompt', before: [speechless], after: [{ ...speechless, model: 'm' }] },
  { title: 'a model of one that calls itself', before: [selfish], after: [{ ...selfish, model: 'm' }] },
];

const updates = [
  ...accepted.map((update) => ({ ...update, verdict: true })),
  ...refused.map((update) => ({ ...update, verdict: false })),
];

describe('objects from before a schema was tightened', () => {
  it('may be updated where, and only where, the API server lets them', async () => {
    await namespaced(cluster, 'parity ratchet', async (namespace) => {
      const collection = `/apis/orket.dev/v1alpha1/namespaces/${namespace}/bands`;
      await replaceSchema(laxer);
      const versions: string[] = [];
      for (const [index, { before }] of updates.entries()) {
        const {
          accepted: isStored,
          message,
          body,
        } = await api.send('POST', collection, JSON.stringify(band(index, before)));
        if (!isStored) throw new Error(`the laxer schema is not in force: ${message}`);
        versions.push(body.metadata?.resourceVersion ?? '');
      }
      await replaceSchema((schema) => schema);
      const found: string[] = [];
      for (const [index, { title, before, after, metadata, verdict: expected }] of updates.entries()) {
        const sent = band(index, after, { ...metadata, resourceVersion: versions[index] ?? '' });
        const verdict = await api.send('PUT', `${collection}/band-${index}`, JSON.stringify(sent));
        const judged = validateResource(band(index, after, metadata), { old: band(index, before) });
        const difference = disagreement(verdict, judged);
        if (verdict.accepted !== expected) found.push(`${title}: expected otherwise, ${verdict.message}`);
        if (difference !== undefined) found.push(`${title}: ${difference}`);
      }
      expect(found).toEqual([]);
    });
  });
});

function band(index: number, roles: readonly Role[], metadata: JsonObject = {}): JsonObject {
  const head = { apiVersion: 'orket.dev/v1alpha1', kind: 'Band' };
  return { ...head, metadata: { name: `band-${index}`, ...metadata }, spec: { roles } };
}

/** Puts a changed form of the schema of Bands in force. */
async function replaceSchema(change: (schema: JsonValue) => JsonValue): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'crds', 'orket.dev_bands.yaml'), 'utf8');
  const { spec } = parse(text) as { readonly spec: JsonObject };
  const body = JSON.stringify({ spec: { versions: change(spec['versions'] ?? []) } });
  const verdict = await api.send('PATCH', definition, body, 'application/merge-patch+json');
  if (!verdict.accepted) throw new Error(verdict.message);
  await inForce(api);
}

/** The same schema without patterns, rules and sets, and with nothing required but what lists are keyed by. */
function laxer(schema: JsonValue): JsonValue {
  if (isJsonArray(schema)) return schema.map(laxer);
  if (!isJsonObject(schema)) return schema;
  const { pattern: _pattern, required, 'x-kubernetes-validations': _rules, ...rest } = schema;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, laxer(value)]));
  const keys = isJsonArray(required) ? required.filter((name) => name !== 'prompt') : undefined;
  const list = kept['x-kubernetes-list-type'] === 'set' ? { 'x-kubernetes-list-type': 'atomic' } : {};
  const named = typeof schema['pattern'] === 'string' || required === undefined ? {} : { required: keys ?? required };
  return { ...kept, ...list, ...named };
}
