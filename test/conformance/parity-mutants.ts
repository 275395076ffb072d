import type { JsonObject, JsonValue } from '../../crds/canonical/json.ts';
import { kindInfo } from '../../crds/validate/kinds.ts';
import { metadataSchema } from '../../crds/validate/metadata-schema.ts';
import type { StructuralSchema } from '../../crds/validate/schema.ts';
import { kindOf } from './parity-cases.ts';
import type { Random } from './parity-random.ts';
import { anything, edge } from './parity-values.ts';

/** A manifest with one place changed, and what was done to it. */
export interface Mutant {
  readonly change: string;
  readonly value: JsonObject;
}

type MutableObject = { [key: string]: JsonValue };
type Mutable = MutableObject | JsonValue[];

/** One value of a document: the container that holds it, its key there, and its schema where there is one. */
interface Place {
  readonly path: string;
  readonly holder: Mutable;
  readonly key: string | number;
  readonly schema: StructuralSchema | undefined;
}

/**
 * One random change in one random place of a manifest, at or below `within` where that is given. The same state of
 * `random` gives the same mutant.
 */
export function mutant(manifest: JsonObject, random: Random, within = ''): Mutant {
  const value = structuredClone(manifest) as { [key: string]: JsonValue };
  const schema = kindInfo(kindOf(manifest))?.schema;
  const whole = { ...schema, properties: { ...schema?.properties, metadata: metadataSchema } };
  const places = [...placesOf(value, whole, '')].filter(
    ({ path }) => path !== 'apiVersion' && path !== 'kind' && path.startsWith(within),
  );
  const place = random.pick(places);
  if (place === undefined) throw new Error('a manifest has at least one place');
  const change = random.pick(changes)(place, random);
  // As it will be sent: JSON has no -0, for one.
  return { change: `${change} at ${place.path}`, value: JSON.parse(JSON.stringify(value)) as JsonObject };
}

function* placesOf(holder: Mutable, schema: StructuralSchema | undefined, path: string): Generator<Place> {
  const entries: readonly (readonly [string | number, JsonValue])[] = Array.isArray(holder)
    ? [...holder.entries()]
    : Object.entries(holder);
  for (const [key, child] of entries) {
    const below = typeof key === 'number' ? schema?.items : (schema?.properties?.[key] ?? schema?.additionalProperties);
    const at = typeof key === 'number' ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
    yield { path: at, holder, key, schema: below };
    if (typeof child === 'object' && child !== null) yield* placesOf(child as Mutable, below, at);
  }
}

type Change = (place: Place, random: Random) => string;

const replace: Change = (place, random) => put(place, anything(random));

const drop: Change = ({ holder, key }) => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
  return 'remove';
};

/** Adds a field that the schema knows, with a fitting or a strange value. */
const addKnown: Change = (place, random) => {
  const target = get(place);
  if (!isObject(target)) return replace(place, random);
  const [name, schema] = random.pick(Object.entries(place.schema?.properties ?? {})) ?? ['unknown', undefined];
  const value = random.below(3) === 0 ? anything(random) : edge(schema, random);
  Reflect.set(target, name, value);
  return `add ${name}=${brief(value)}`;
};

const addUnknown: Change = (place, random) => {
  const target = get(place);
  if (!isObject(target)) return replace(place, random);
  const name = random.pick(['unknown', 'Name', 'nmae', 'spec', '', 'a.b', 'constructor', '__proto__']);
  Object.defineProperty(target, name, {
    value: anything(random),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return `add unknown ${name}`;
};

const rename: Change = ({ holder, key }, random) => {
  if (Array.isArray(holder)) return put({ holder, key }, anything(random));
  const value = holder[key] ?? null;
  Reflect.deleteProperty(holder, key);
  const name = random.pick([`${key}s`, String(key).slice(1), String(key).toUpperCase()]);
  (holder as MutableObject)[name] = value;
  return `rename to ${name}`;
};

/** A value at, or one beyond, a bound of the schema. */
const toEdge: Change = (place, random) => put(place, edge(place.schema, random));

const wrap: Change = (place, random) => {
  const value = get(place) ?? null;
  return put(place, random.below(2) === 0 ? [value] : { value });
};

const repeat: Change = (place, random) => {
  const { holder, key } = place;
  if (!Array.isArray(holder)) return replace(place, random);
  const copies = random.pick([1, 1, 1, 16, 64]);
  for (let copy = 0; copy < copies; copy++) holder.push(structuredClone(holder[Number(key)] ?? null));
  return `repeat ${copies} times`;
};

/** Something near what stands there. */
const nudge: Change = (place, random) => {
  const value = get(place);
  return put(place, value === undefined ? null : (random.pick(near(value)) ?? anything(random)));
};

function near(value: JsonValue): readonly JsonValue[] {
  if (typeof value === 'number') return [value + 1, -value, value * 1000, value + 0.5, `${value}`];
  if (typeof value === 'boolean') return [!value, `${value}`, Number(value)];
  if (typeof value !== 'string') return [];
  const added = [`${value}-`, `-${value}`, ` ${value}`, `${value}.x`, `${value}\n`, value.repeat(20)];
  return [...added, value.toUpperCase(), value.slice(1)];
}

const changes: readonly [Change, ...Change[]] = [
  replace,
  replace,
  drop,
  addKnown,
  addKnown,
  addKnown,
  addUnknown,
  rename,
  toEdge,
  toEdge,
  wrap,
  repeat,
  nudge,
  nudge,
];

function get({ holder, key }: Pick<Place, 'holder' | 'key'>): JsonValue | undefined {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

function put({ holder, key }: Pick<Place, 'holder' | 'key'>, value: JsonValue): string {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
  return `put ${brief(value)}`;
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: JsonValue): string {
  return (JSON.stringify(value) ?? '').slice(0, 60);
}
