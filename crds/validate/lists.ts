import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { shown, shownPlaces, under, type Finding } from './finding.ts';
import { schemaUnder, type StructuralSchema } from './schema.ts';

/** Finds entries of sets, and of lists with keys, that repeat an earlier one. The later entry is named. */
export function duplicates(value: JsonValue | undefined, schema: StructuralSchema, path = ''): readonly Finding[] {
  if (isJsonArray(value)) {
    const { items } = schema;
    const inner = items === undefined ? [] : value.flatMap((item, n) => duplicates(item, items, `${path}[${n}]`));
    return [...repeated(value, schema, path), ...inner];
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = schemaUnder(schema, key);
    return below === undefined ? [] : duplicates(child, below, under(path, key));
  });
}

/** What makes an entry of a list the entry it is, or nothing in a list where order is all. */
export function identityOf(item: JsonValue, schema: StructuralSchema): string | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return JSON.stringify(item);
    case 'map': {
      if (!isJsonObject(item)) return undefined;
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return JSON.stringify(keys.map((key) => (Object.hasOwn(item, key) ? [item[key] ?? null] : [])));
    }
    default:
      return undefined;
  }
}

/** A value that stands there many times is named once, at its second place. */
function repeated(list: readonly JsonValue[], schema: StructuralSchema, path: string): readonly Finding[] {
  const seen = new Map<string, { readonly first: number; times: number }>();
  return list.flatMap((item, index) => {
    const identity = identityOf(item, schema);
    if (identity === undefined) return [];
    const before = seen.get(identity);
    if (before === undefined) {
      seen.set(identity, { first: index, times: 1 });
      return [];
    }
    before.times += 1;
    return before.times === 2 ? [duplicate(item, schema, path, before.first, index)] : [];
  });
}

function duplicate(item: JsonValue, schema: StructuralSchema, path: string, first: number, second: number): Finding {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const named = isJsonObject(item) ? keys.map((key) => `${key} ${shown(item[key])}`).join(', ') : shown(item);
  const places = [
    { what: named, path: `${path}[${first}]` },
    { what: 'again', path: `${path}[${second}]` },
  ];
  return {
    stage: 'admission',
    reason: 'Duplicate',
    path: `${path}[${second}]`,
    message: 'the entry repeats an earlier one of the list',
    expected:
      keys.length > 0 ? `a ${keys.join(' and ')} that no earlier entry has` : 'a value that no earlier entry has',
    found: shownPlaces(places),
    remedy: keys.length > 0 ? 'Rename or remove one of the two entries.' : 'Remove one of the two entries.',
    places,
  };
}
