import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { digestOf, type Digest } from '../canonical/digest.ts';
import { canonicalCopy, isJsonArray, isJsonObject, parseJson, type JsonObject } from '../canonical/json.ts';
import type { Closure } from '../closure/references.ts';
import { OrketError } from '../errors.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { validateResource } from '../validate/validate.ts';
import {
  bundleFrom,
  closureOf,
  completeDocuments,
  digestFrom,
  kindOf,
  mixed,
  mixedDocument,
  resolved,
  resourcesFrom,
  tree,
  withSpec,
} from '../../test/crds/complete.ts';
import { bundleDigest, projectBundle, projectRules, type Resolved } from './project.ts';
import { readBundle } from './read.ts';

function objectOf(text: string): JsonObject {
  const value = parseJson(text);
  return isJsonObject(value) ? value : {};
}

const documents = completeDocuments();
const original = digestFrom(documents);

/** Where folders lie is no part of a bundle, and a size is a number of bytes. */
const elsewhere: JsonObject = {
  domain: { path: 'lib' },
  references: [
    { name: 'api', path: 'x' },
    { name: 'guide', path: 'z' },
  ],
  policy: { readScope: ['workspace', 'domain'], writeScope: [] },
  storage: { sizeLimit: 2_147_483_648 },
};

const minimal: Readonly<Record<string, JsonObject>> = {
  Flow: { bandRef: { name: 'band' }, venueRef: { name: 'venue' }, scoreRef: { name: 'score' } },
  Band: { roles: [{ name: 'a', prompt: 'b', tools: [], callable: [], instructions: [], params: {} }] },
  Venue: {
    provider: 'scripted',
    timeouts: { idleSeconds: 60 },
    stream: true,
    replies: [{ text: 'x', usage: {}, delaySeconds: 0 }],
  },
  Score: { steps: [{ id: 'a', role: 'a', input: {} }] },
};

describe('projectBundle', () => {
  it.each<[string, JsonObject]>([
    ['another trigger', { trigger: {} }],
    ['suspension', { suspend: false }],
    ['another way of running Sessions', { sessionTemplate: {} }],
    ['folders that lie elsewhere', { workspace: elsewhere }],
  ])('gives the same digest for %s', (_name, members) => {
    expect(digestFrom(withSpec(documents, 'Flow', members))).toBe(original);
  });

  it('gives the same digest for other names, namespaces and annotations', () => {
    const renamed = documents.map((document) => {
      const text = stringify(document, { version: '1.1' })
        .replaceAll('name: band', 'name: crew')
        .replaceAll('name: venue', 'name: place')
        .replaceAll('name: score', 'name: music')
        .replaceAll('name: careful', 'name: zealous');
      const value = decodeManifest('a.yaml', text).documents[0]?.value;
      const plain = isJsonObject(value) ? value : {};
      const metadata = isJsonObject(plain['metadata']) ? plain['metadata'] : {};
      return { ...plain, metadata: { ...metadata, namespace: 'elsewhere', annotations: { a: 'b' } } };
    });
    expect(digestFrom(renamed)).toBe(original);
  });

  it('gives the same digest where defaults are written out, and where a CRD brings new ones', () => {
    expect(digestFrom(documents.map((document) => validateResource(document).value))).toBe(original);
    const { flow, band, venue, score, scores, toolsets, policies } = closureOf(resourcesFrom(documents));
    const extra = <T extends { readonly spec: object }>(resource: T): T => ({
      ...resource,
      spec: { ...resource.spec, brandNew: 'x' },
    });
    const later: Closure = {
      flow: extra(flow),
      band: { ...band, spec: { roles: band.spec.roles.map((role) => ({ ...role, brandNew: 1 })) } },
      venue: extra(venue),
      score: { ...score, spec: { ...score.spec, steps: score.spec.steps.map((step) => ({ ...step, brandNew: [] })) } },
      scores: scores.map(extra),
      toolsets: toolsets.map(extra),
      policies: policies.map(extra),
    };
    expect(bundleDigest(projectBundle(later, resolved))).toBe(original);
  });

  it('leaves defaults out altogether', () => {
    const small = documents
      .filter((document) => Object.hasOwn(minimal, kindOf(document)))
      .map((document) => ({ ...document, spec: minimal[kindOf(document)] ?? {} }));
    expect(bundleFrom(small)).toEqual({
      bundleVersion: 1,
      inputs: {},
      roles: [{ name: 'a', prompt: 'b' }],
      steps: [{ id: 'a', role: 'a' }],
      venue: { provider: 'scripted', replies: [{ text: 'x' }] },
    });
  });

  it.each<[string, JsonObject, string | undefined]>([
    ['anybody', {}, undefined],
    ['anybody, once', { quorum: 1, notRequester: false }, undefined],
    ['people by their names', { users: ['ada'] }, 'os-uid'],
    ['people by their groups', { groups: ['ops'] }, 'os-uid'],
    ['several people', { quorum: 2 }, 'os-uid'],
    ['others than who has it run', { notRequester: true }, 'os-uid'],
    ['several people, by any names', { quorum: 2, minIdentity: 'none' }, undefined],
    ['anybody with an account', { minIdentity: 'os-uid' }, 'os-uid'],
  ])('has a rule that asks for %s tell people apart where it has to', (_who, approvers, level) => {
    const rules = [{ match: 'true', action: 'approve', approvers }];
    const asking = { apiVersion: 'orket.dev/v1alpha1', kind: 'Policy', metadata: { name: 'asks' }, spec: { rules } };
    const { value } = validateResource(asking);
    const [policy] = resourcesFrom([value]).filter(({ kind }) => kind === 'Policy');
    if (policy?.kind !== 'Policy') throw new Error('there is one');
    expect(projectRules([policy])[0]?.approvers?.minIdentity).toBe(level);
  });

  it('changes with trees, models and inputs, and with fields that only go together', () => {
    const closure = closureOf(resourcesFrom(documents));
    const digestWith = (more: Resolved): Digest => bundleDigest(projectBundle(closure, { ...resolved, ...more }));
    const digestOfVenue = (spec: JsonObject): Digest =>
      digestFrom(documents.map((document) => (kindOf(document) === 'Venue' ? { ...document, spec } : document)));
    const local = { name: 'local', model: 'a.gguf' };
    const openai = (backend: JsonObject): Digest =>
      digestOfVenue({ provider: 'openai', backends: [{ ...local, baseURL: 'http://a', ...backend }] });
    const llama = digestOfVenue({ provider: 'llama', backends: [local] });
    const digests = [
      original,
      digestWith({ domainTree: tree('other') }),
      digestWith({ referenceTrees: { guide: tree('other'), api: tree('api') } }),
      digestWith({ toolTrees: { shop: tree('other'), sums: tree('sums') } }),
      digestWith({ toolTrees: { shop: tree('shop'), sums: tree('other') } }),
      digestWith({ inputs: { topic: 'wasps' } }),
      digestFrom(
        withSpec(documents, 'Flow', { workspace: { ...elsewhere, policy: { readScope: ['workspace', 'domain'] } } }),
      ),
      digestFrom(withSpec(documents, 'Score', { steps: [{ id: 'read', tool: 'docs.search' }] })),
      digestFrom(withSpec(documents, 'Score', { steps: [{ id: 'read', role: 'lead' }] })),
      digestFrom(withSpec(documents, 'Score', { steps: [{ id: 'read', role: 'helper' }] })),
      llama,
      openai({}),
      openai({ baseURL: 'http://b' }),
      openai({ name: 'other' }),
      openai({ model: 'b' }),
      openai({ priority: 1 }),
      openai({ weight: 2 }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOfVenue({ provider: 'llama', backends: [{ ...local, model: 'elsewhere/b.gguf' }] })).toBe(llama);
    expect(openai({ priority: 0, weight: 1 })).toBe(openai({}));
    expect(openai({ apiKeySecretRef: { name: 'a', key: 'b' } })).toBe(openai({}));
    expect(digestWith({ inputs: {} })).toBe(original);
  });

  it('replaces names of Scores by digests, so that what says the same is there once, whatever it is called', () => {
    const { scores = [], steps, blocks } = bundleFrom(documents);
    expect(scores).toHaveLength(2);
    expect(scores.map(({ digest }) => digest)).toEqual(scores.map(({ digest }) => digest).toSorted());
    const outer = scores.find(({ digest }) => digest === steps.find(({ id }) => id === 'play')?.score);
    const inner = scores.find(({ digest }) => digest !== outer?.digest);
    expect(outer?.steps.map(({ score }) => score)).toEqual([inner?.digest, inner?.digest]);
    expect(inner?.digest).toBe(
      digestOf({ steps: [{ id: 'help', role: 'helper', task: 'Help with ${{ inputs.topic }}.' }] }),
    );
    expect(blocks?.map(({ name }) => name)).toEqual(['each', 'look']);
    expect(steps.find(({ id }) => id === 'both')?.parallel?.branches.map(({ name }) => name)).toEqual([
      'right',
      'left',
    ]);
    const changed = documents.map((document) => {
      const said = JSON.stringify(document);
      return said.includes('"third"') && said.includes('Help with')
        ? objectOf(said.replace('Help with', 'Aid in'))
        : document;
    });
    expect(digestFrom(changed)).not.toBe(original);
    expect(bundleFrom(changed).scores).toHaveLength(3);
  });

  it('pins tools by the code they come from, and takes along what they are probed by', () => {
    const tools = new Map(bundleFrom(documents).tools?.map((tool) => [tool.name, tool]));
    expect([...tools.keys()]).toEqual([
      'docs.search',
      'files.list',
      'files.read',
      'more.list',
      'shop.look-up',
      'shop.order',
      'state.get',
      'sums.add',
    ]);
    expect(tools.get('shop.order')).toMatchObject({
      source: { type: 'module', tree: tree('shop'), entry: 'shop.ts', tool: 'order' },
      idempotency: { mode: 'probe', probe: 'shop.look-up' },
      tags: ['money', 'orders'],
    });
    expect(tools.get('sums.add')?.source).toMatchObject({ type: 'python', tree: tree('sums'), entry: 'src/sums.py' });
    expect(tools.get('state.get')).toEqual({ name: 'state.get', source: { type: 'builtin', name: 'stateGet' } });
    expect(tools.get('more.list')?.retry).toEqual({ maxAttempts: 2 });
  });

  it('gives the same digest for any order of documents, keys and entries of sets and maps', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1_000)), (stream) => {
        const next = (): number => stream.next().value ?? 0;
        expect(digestFrom(mixed(documents, next).map((document) => mixedDocument(document, next)))).toBe(original);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['Score', 'steps'],
    ['Venue', 'replies'],
    ['Policy', 'rules'],
  ])('keeps the order of %s %s', (kind, field) => {
    const reversed = documents.map((document) => {
      const spec = isJsonObject(document['spec']) ? document['spec'] : {};
      const list = spec[field];
      const turn = kindOf(document) === kind && isJsonArray(list);
      return turn ? { ...document, spec: { ...spec, [field]: list.toReversed() } } : document;
    });
    expect(digestFrom(reversed)).not.toBe(original);
  });

  it('refuses what is not resolved, and inputs that do not fit', () => {
    const closure = closureOf(resourcesFrom(documents));
    const { domainTree: _domain, ...withoutDomain } = resolved;
    expect(() => projectBundle(closure, withoutDomain)).toThrow(
      expect.objectContaining({ reason: 'DomainNotReachable' }),
    );
    const { toolTrees: _tools, ...withoutCode } = resolved;
    expect(() => projectBundle(closure, withoutCode)).toThrow(expect.objectContaining({ reason: 'ToolsNotReachable' }));
    expect(() => projectBundle(closure, { ...resolved, inputs: { list: [null] } })).toThrow(OrketError);
    const { inputs: _inputs, ...spec } = closure.flow.spec;
    const bare: Closure = { ...closure, flow: { ...closure.flow, spec } };
    expect(() => projectBundle(bare, { ...resolved, inputs: {} })).toThrow('inputs.topic: topic is required');
    expect(projectBundle(bare, resolved).inputs).toEqual({});
  });

  it('makes bundles that a session reads back as they are', () => {
    const bundle = bundleFrom(documents);
    expect(readBundle(canonicalCopy(bundle).value)).toEqual(bundle);
  });
});
