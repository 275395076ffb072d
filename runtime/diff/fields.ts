import { canonicalJson, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '#crds';
import { lineChanges, type LineChange } from './lines.ts';

/** A place where two values differ. Absent is what is not there at all. */
export interface FieldChange {
  /** `roles[editor].prompt`, `steps[review].when`. */
  readonly field: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** How a text of several lines changed; null where it is too long to say. */
  readonly lines?: readonly LineChange[] | null;
}

/** What changed from one value to another, by field, members in order of their names. */
export function fieldChanges(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  field = '',
): readonly FieldChange[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  }
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].toSorted().flatMap((key) => {
      return fieldChanges(own(before, key), own(after, key), field === '' ? key : `${field}.${key}`);
    });
  }
  if (isJsonArray(before) && isJsonArray(after)) return listChanges(before, after, field);
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const multiline = typeof before === 'string' && typeof after === 'string' && `${before}${after}`.includes('\n');
  return [{ field, before, after, ...(multiline ? { lines: lineChanges(before, after) } : {}) }];
}

/** A member may be called as something that every object inherits. */
function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Items that have names are found by them, wherever they stand; then their order is compared as well. */
function listChanges(before: readonly JsonValue[], after: readonly JsonValue[], field: string): readonly FieldChange[] {
  const [left, right] = [named(before), named(after)];
  if (left === null || right === null) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => fieldChanges(before[index], after[index], `${field}[${index}]`)).flat();
  }
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const changes = names.flatMap((name) => fieldChanges(left.get(name), right.get(name), `${field}[${name}]`));
  const both = (of: ReadonlyMap<string, JsonValue>): string[] =>
    [...of.keys()].filter((one) => left.has(one) && right.has(one));
  const [order, other] = [both(left), both(right)];
  return order.join('\n') === other.join('\n')
    ? changes
    : [...changes, { field: `${field} (order)`, before: order, after: other }];
}

/** Null where an item has no name of its own. */
function named(items: readonly JsonValue[]): ReadonlyMap<string, JsonValue> | null {
  const found = new Map<string, JsonValue>();
  for (const item of items) {
    const name =
      typeof item === 'string' ? item : isJsonObject(item) ? (item['id'] ?? item['name'] ?? item['model']) : null;
    if (typeof name !== 'string' || found.has(name)) return null;
    found.set(name, item);
  }
  return found;
}
