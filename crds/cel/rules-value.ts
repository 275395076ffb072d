import { isDeepStrictEqual } from 'node:util';
import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { identityOf } from '../validate/lists.ts';
import { isFreeForm, schemaUnder, type StructuralSchema } from '../validate/schema.ts';

/** What the CEL library computes with: whole numbers are bigint, maps of any keys are Map, the rest is as in JSON. */
export type RuleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly RuleValue[]
  | RuleObject
  | Map<string, RuleValue>;

interface RuleObject {
  readonly [key: string]: RuleValue;
}

/** A value as a rule sees it. Rules see nothing inside a free-form object, as on the API server. */
export function ruleValue(value: JsonValue, schema: StructuralSchema | undefined): RuleValue {
  return convert(
    value,
    schema,
    (list) => list,
    () => ({}),
  );
}

/**
 * A value for `self == oldSelf`, where order means nothing in sets and in lists with keys. For the old value `now` is
 * the new one at the same place: of free-form objects the API server (seen on 1.36) compares the number of keys and
 * the values under keys that both have, so a renamed key goes unnoticed. Here too: what a cluster takes is no error.
 */
export function comparable(value: JsonValue, schema: StructuralSchema | undefined, now?: JsonValue): RuleValue {
  const same = (old: JsonValue, at: JsonValue | undefined): RuleValue =>
    JSON.stringify(at !== undefined && looksEqual(at, old) ? at : old);
  return convert(value, schema, sorted, same, now);
}

function convert(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  ordered: (list: readonly JsonValue[], schema: StructuralSchema) => readonly JsonValue[],
  freeForm: (value: JsonValue, now: JsonValue | undefined) => RuleValue,
  now?: JsonValue,
): RuleValue {
  if (schema !== undefined && isFreeForm(schema)) return freeForm(value, now);
  if (isJsonArray(value)) {
    const list = ordered(value, schema ?? {});
    const others = isJsonArray(now) ? ordered(now, schema ?? {}) : [];
    return list.map((item, index) => convert(item, schema?.items, ordered, freeForm, others[index]));
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, child]): [string, RuleValue] => {
      const other = isJsonObject(now) && Object.hasOwn(now, key) ? now[key] : undefined;
      return [key, convert(child, schemaUnder(schema, key), ordered, freeForm, other)];
    });
    return schema?.additionalProperties === undefined ? Object.fromEntries(entries) : new Map(entries);
  }
  return typeof value === 'number' && schema?.type !== 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function sorted(list: readonly JsonValue[], schema: StructuralSchema): readonly JsonValue[] {
  const keyed = list.map((item) => ({ item, identity: identityOf(item, schema) }));
  if (keyed.some(({ identity }) => identity === undefined)) return list;
  return keyed.toSorted((a, b) => ((a.identity ?? '') < (b.identity ?? '') ? -1 : 1)).map(({ item }) => item);
}

function looksEqual(now: JsonValue, old: JsonValue): boolean {
  if (!isJsonObject(now) || !isJsonObject(old)) return isDeepStrictEqual(now, old);
  if (Object.keys(now).length !== Object.keys(old).length) return false;
  return Object.entries(now).every(([key, value]) => !Object.hasOwn(old, key) || isDeepStrictEqual(value, old[key]));
}
