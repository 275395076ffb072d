import { describe, expect, it } from 'vitest';
import { canonicalCopy, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { Resource } from '../generated/resources.ts';
import { isFreeForm, schemaUnder, type StructuralSchema } from '../validate/schema.ts';
import { validateResource } from '../validate/validate.ts';
import {
  closureOf,
  completeDocuments,
  kindOf,
  resolved,
  resourcesFrom,
  schemaOf,
  tree,
} from '../../test/crds/complete.ts';
import { bundleDigest, projectBundle } from './project.ts';

/** What has no part in a bundle, and why nothing is lost. */
const out = [
  // Replaced by the content they lead to.
  /^Flow\.spec\.(band|venue|score)Ref\.name$/,
  /^Flow\.spec\.toolsetRefs\[\]\.name$/,
  /^Flow\.spec\.workspace\.(domain|references\[\])\.path$/,
  // When, where and for which Flows.
  /^Flow\.spec\.(trigger|suspend|sessionTemplate)/,
  /^Policy\.spec\.flowSelector/,
  // Secrets.
  /apiKeySecretRef/,
  // How fast, not what.
  /^Venue\.spec\.limits/,
];

/** Changed in project.test.ts, since they only go together with other fields. */
const byHand = [
  /^Venue\.spec\.provider$/,
  /^Venue\.spec\.backends/,
  /^Score\.spec\.steps\[\]\.(role|tool|score\.name)$/,
  /^Toolset\.spec\.path$/,
  /^Toolset\.spec\.tools\[\]\.(name|idempotency\.probe)$/,

  /^Flow\.spec\.workspace\.policy\.writeScope\[\]$/,
];

interface Leaf {
  readonly path: readonly (string | number)[];
  /** The path with `[]` for any index; a free-form value is one field. */
  readonly name: string;
  readonly value: JsonValue;
  readonly schema: StructuralSchema | undefined;
}

function leaves(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  path: Leaf['path'],
  name: string,
): readonly Leaf[] {
  const free = schema === undefined || isFreeForm(schema);
  if (isJsonArray(value)) {
    return value.flatMap((item, at) => leaves(item, schema?.items, [...path, at], free ? name : `${name}[]`));
  }
  if (!isJsonObject(value)) return [{ path, name, value, schema }];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, free ? undefined : schemaUnder(schema, key), [...path, key], free ? name : `${name}.${key}`),
  );
}

function fieldsOf(schema: StructuralSchema, name: string): readonly string[] {
  // Steps of blocks are those of the list itself.
  if (name === 'Score.spec.blocks[].steps') return [];
  if (isFreeForm(schema)) return [name];
  if (schema.items !== undefined) return fieldsOf(schema.items, `${name}[]`);
  const { properties } = schema;
  if (properties === undefined) return [name];
  return Object.entries(properties).flatMap(([key, child]) => fieldsOf(child, `${name}.${key}`));
}

function specOf(kind: string): StructuralSchema {
  return schemaOf(kind).properties?.['spec'] ?? {};
}

/** Other values that a field might take; the first that is valid is tried. */
function alternatives({ value, schema }: Leaf): readonly JsonValue[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  const text = typeof value === 'string' ? value : '';
  return [
    ...(schema?.enum?.filter((choice) => choice !== value) ?? []),
    `${text}x`,
    '3Gi',
    '3.5',
    'spare',
    tree('other'),
  ];
}

function changed(document: JsonObject, path: Leaf['path'], value: JsonValue): Resource | undefined {
  const copy: unknown = structuredClone(document);
  const holder = path.slice(0, -1).reduce((node: unknown, key): unknown => Reflect.get(Object(node), key), copy);
  Reflect.set(Object(holder), path.at(-1) ?? '', value);
  return validateResource(canonicalCopy(copy).value).resource;
}

describe('the fields of a bundle', () => {
  const documents = completeDocuments();
  const resources = documents.map((document) => resourcesFrom([document])).flat();
  const digestWith = (at: number, resource: Resource) =>
    bundleDigest(projectBundle(closureOf(resources.with(at, resource)), resolved));
  const original = bundleDigest(projectBundle(closureOf(resources), resolved));
  const changes = documents.flatMap((document, at) => {
    const kind = kindOf(document);
    const found = leaves(document['spec'] ?? {}, specOf(kind), ['spec'], `${kind}.spec`);
    return found.flatMap((leaf) => {
      const resource = alternatives(leaf)
        .map((value) => changed(document, leaf.path, value))
        .find((candidate) => candidate !== undefined);
      const name = leaf.name.replace('.blocks[].steps[]', '.steps[]');
      return resource === undefined ? [] : [{ name, at, resource }];
    });
  });

  it('are every field that shapes a run: any change of one changes the digest', () => {
    const shaping = changes.filter(({ name }) => ![...out, ...byHand].some((pattern) => pattern.test(name)));
    const without = shaping.filter(({ at, resource }) => digestWith(at, namespaced(resource)) === original);
    expect(without.map(({ name }) => name)).toEqual([]);
    expect(shaping.length).toBeGreaterThan(60);
  });

  it('leave out every other: no change of those changes it, and there is a reason for each', () => {
    const tried = new Set(changes.map(({ name }) => name));
    const fields = ['Flow', 'Band', 'Venue', 'Score', 'Toolset', 'Policy'].flatMap((kind) =>
      fieldsOf(specOf(kind), `${kind}.spec`),
    );
    const unexplained = fields.filter(
      (name) => !tried.has(name) && ![...out, ...byHand].some((pattern) => pattern.test(name)),
    );
    expect(unexplained).toEqual([]);
    const leads = /Ref|matchLabels|matchExpressions/;
    const left = changes.filter(({ name }) => out.some((pattern) => pattern.test(name)) && !leads.test(name));
    const shaping = left.filter(({ at, resource }) => digestWith(at, namespaced(resource)) !== original);
    expect(shaping.map(({ name }) => name)).toEqual([]);
    expect(left.length).toBeGreaterThan(8);
  });
});

function namespaced(resource: Resource): Resource {
  return { ...resource, metadata: { ...resource.metadata, namespace: 'default' } };
}
