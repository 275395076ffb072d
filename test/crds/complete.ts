import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { digestOf, type Digest } from '../../crds/canonical/digest.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../crds/canonical/json.ts';
import type { Closure } from '../../crds/closure/references.ts';
import { resolveReferences } from '../../crds/closure/references.ts';
import { Report } from '../../crds/closure/report.ts';
import type { Flow, Resource } from '../../crds/generated/resources.ts';
import { checkManifests } from '../../crds/manifest/check.ts';
import { decodeManifest } from './decode-manifest.ts';
import { kindInfo } from '../../crds/validate/kinds.ts';
import { schemaUnder, type StructuralSchema } from '../../crds/validate/schema.ts';
import type { Bundle } from '../../crds/bundle/bundle.ts';
import { bundleDigest, projectBundle, type Resolved } from '../../crds/bundle/project.ts';

/** The closure of test/fixtures/bundle/complete.yaml, which sets every field that a bundle takes over. */
export const completeFile = new URL('../fixtures/bundle/complete.yaml', import.meta.url);

/** Stands for the digest of a folder or file of that name. */
export function tree(name: string): Digest {
  return digestOf(name);
}

export const resolved: Resolved = {
  domainTree: tree('src'),
  referenceTrees: { guide: tree('guide'), api: tree('api'), guidex: tree('guide'), apix: tree('api') },
  toolTrees: { shop: tree('shop'), sums: tree('sums') },
  modelDigests: { local: tree('model') },
};

export function completeDocuments(): readonly JsonObject[] {
  const { documents } = decodeManifest('complete.yaml', readFileSync(completeFile, 'utf8'));
  return documents.map(({ value }) => value).filter(isJsonObject);
}

/** Writes documents as YAML and reads them as manifests are read. */
export function resourcesFrom(values: readonly JsonValue[]): readonly Resource[] {
  const text = values.map((value) => stringify(value, { version: '1.1' })).join('---\n');
  const { resources, problems } = checkManifests(decodeManifest('all.yaml', text));
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.line} ${problem.path}: ${problem.message}`);
  return resources;
}

/** References are followed; nothing else is judged, so that single fields can be changed. */
export function closureOf(resources: readonly Resource[]): Closure {
  const flow = resources.find((resource): resource is Flow => resource.kind === 'Flow');
  const closure = flow === undefined ? undefined : resolveReferences(flow, resources, new Report());
  if (closure === undefined) throw new Error('a reference leads nowhere');
  return closure;
}

export function bundleFrom(values: readonly JsonValue[]): Bundle {
  return projectBundle(closureOf(resourcesFrom(values)), resolved);
}

export function digestFrom(values: readonly JsonValue[]): Digest {
  return bundleDigest(bundleFrom(values));
}

export function kindOf({ kind }: JsonObject): string {
  return typeof kind === 'string' ? kind : '';
}

export function schemaOf(kind: string): StructuralSchema {
  return kindInfo(kind)?.schema ?? {};
}

/** The documents with members of the spec of one kind replaced. */
export function withSpec(documents: readonly JsonObject[], kind: string, members: JsonObject): readonly JsonObject[] {
  return documents.map((document) => {
    const spec = isJsonObject(document['spec']) ? document['spec'] : {};
    return kindOf(document) === kind ? { ...document, spec: { ...spec, ...members } } : document;
  });
}

/** The items in another order, drawn from `next`. */
export function mixed<T>(items: readonly T[], next: () => number): readonly T[] {
  return items
    .map((item) => ({ item, rank: next() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The document with its keys, and the entries of its sets and maps, in another order. */
export function mixedDocument(document: JsonObject, next: () => number): JsonValue {
  const walk = (value: JsonValue, schema: StructuralSchema | undefined): JsonValue => {
    if (isJsonArray(value)) {
      const items = value.map((item) => walk(item, schema?.items));
      return ['set', 'map'].includes(schema?.['x-kubernetes-list-type'] ?? '') ? mixed(items, next) : items;
    }
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).map(
      ([key, member]) => [key, walk(member, schemaUnder(schema, key))] as const,
    );
    return Object.fromEntries(mixed(entries, next));
  };
  return walk(document, schemaOf(kindOf(document)));
}
