import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { SchemaFault } from './schema-fault.ts';
import { schemaAt } from './schema-reference.ts';

/** Schemas looked at for one value, each reference written out. */
const MAX_WRITTEN_OUT = 5_000;

/** Applied to the value itself, so that each of them looks at every part of it again. */
const inPlaceLists = ['allOf', 'anyOf', 'oneOf'];
const inPlace = ['not', 'if', 'then', 'else'];

/**
 * What makes checking a value grow without measure: definitions that refer to each other several times over, and
 * definitions that contain themselves more than once at the same place of a value. Undefined for schemas without either.
 */
export function schemaGrowth(root: JsonObject): SchemaFault | undefined {
  return new Growth(root).fault();
}

class Growth {
  readonly #root: JsonObject;
  readonly #sizes = new Map<JsonValue, number>();
  readonly #open = new Set<JsonValue>();
  readonly #recursive = new Set<JsonValue>();
  #unresolved: string | undefined;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  fault(): SchemaFault | undefined {
    const size = this.#size(this.#root);
    if (this.#unresolved !== undefined) {
      return fault('a reference leads nowhere', 'a place within this schema', JSON.stringify(this.#unresolved));
    }
    if (size > MAX_WRITTEN_OUT) {
      return fault('the schema multiplies', `at most ${MAX_WRITTEN_OUT} schemas with references written out`, 'more');
    }
    for (const schema of this.#recursive) {
      const times = this.#timesAtOnePlace(schema);
      if (times === Number.POSITIVE_INFINITY)
        return fault('the schema contains itself', 'a reference below a property or item', 'one in place');
      if (times > 1)
        return fault(
          'the schema contains itself more than once at one place',
          'once for each property',
          `${times} times`,
        );
    }
    return undefined;
  }

  /** Schemas in this one, references written out; a definition within itself counts once. */
  #size(schema: JsonValue): number {
    if (!isJsonObject(schema)) return 1;
    const known = this.#sizes.get(schema);
    if (known !== undefined) return known;
    if (this.#open.has(schema)) {
      this.#recursive.add(schema);
      return 1;
    }
    this.#open.add(schema);
    let size = 1;
    for (const child of this.#children(schema)) size = Math.min(size + this.#size(child), MAX_WRITTEN_OUT + 1);
    this.#open.delete(schema);
    this.#sizes.set(schema, size);
    return size;
  }

  #children(schema: JsonObject): readonly JsonValue[] {
    return [...this.#sameValue(schema), ...[...this.#parts(schema).values()].flat()];
  }

  /** Schemas for the same value. */
  #sameValue(schema: JsonObject): readonly JsonValue[] {
    const lists = inPlaceLists.flatMap((keyword) => listOf(schema[keyword]));
    const single = inPlace.flatMap((keyword) => (keyword in schema ? [schema[keyword] ?? true] : []));
    const dependent = Object.values(objectOf(schema['dependentSchemas']));
    return [...lists, ...single, ...dependent, ...this.#target(schema['$ref']), ...this.#target(schema['$dynamicRef'])];
  }

  /** Schemas for parts of the value, by the part: a property, any other property, an item, any item. */
  #parts(schema: JsonObject): ReadonlyMap<string, readonly JsonValue[]> {
    const parts = new Map<string, readonly JsonValue[]>();
    for (const [name, child] of Object.entries(objectOf(schema['properties']))) parts.set(`.${name}`, [child]);
    const rest = ['additionalProperties', 'unevaluatedProperties'].flatMap((keyword) => schemasAt(schema, keyword));
    parts.set('other', rest);
    parts.set('every', Object.values(objectOf(schema['patternProperties'])));
    listOf(schema['prefixItems']).forEach((child, index) => parts.set(`[${index}]`, [child]));
    parts.set(
      'item',
      ['items', 'unevaluatedItems'].flatMap((keyword) => schemasAt(schema, keyword)),
    );
    parts.set('every item', schemasAt(schema, 'contains'));
    return parts;
  }

  #target(reference: JsonValue | undefined): readonly JsonValue[] {
    if (typeof reference !== 'string') return [];
    const found = schemaAt(this.#root, reference);
    if (found === undefined) this.#unresolved ??= reference;
    return found === undefined ? [] : [found];
  }

  /** How often one part of a value is checked by definitions that lead back to this one. */
  #timesAtOnePlace(schema: JsonValue): number {
    const nodes = this.#together(schema, new Set());
    if (nodes === undefined) return Number.POSITIVE_INFINITY;
    const tables = nodes.map((node) => this.#countParts(node, schema));
    const names = new Set(['other', 'item', ...tables.flatMap((table) => [...table.keys()])]);
    let most = 0;
    for (const name of names) {
      if (name.startsWith('every')) continue;
      const rest = name.startsWith('[') || name === 'item' ? 'item' : 'other';
      const every = rest === 'item' ? 'every item' : 'every';
      const times = tables.reduce(
        (sum, table) => sum + (table.get(name) ?? table.get(rest) ?? 0) + (table.get(every) ?? 0),
        0,
      );
      most = Math.max(most, times);
    }
    return most;
  }

  /** This schema and all that look at the same value with it; undefined where it is among them itself. */
  #together(schema: JsonValue, above: ReadonlySet<JsonValue>): readonly JsonObject[] | undefined {
    if (!isJsonObject(schema)) return [];
    if (above.has(schema)) return undefined;
    const inside = new Set([...above, schema]);
    const all: JsonObject[] = [schema];
    for (const child of this.#sameValue(schema)) {
      const more = this.#together(child, inside);
      if (more === undefined) return undefined;
      all.push(...more);
      if (all.length > MAX_WRITTEN_OUT) return undefined;
    }
    return all;
  }

  #countParts(node: JsonObject, recursive: JsonValue): ReadonlyMap<string, number> {
    const counted = [...this.#parts(node)].map(([part, schemas]): [string, number] => [
      part,
      schemas.filter((schema) => this.#leadsTo(schema, recursive, new Set())).length,
    ]);
    return new Map(counted);
  }

  #leadsTo(from: JsonValue, to: JsonValue, seen: Set<JsonValue>): boolean {
    if (from === to) return true;
    if (!isJsonObject(from) || seen.has(from)) return false;
    seen.add(from);
    return this.#children(from).some((child) => this.#leadsTo(child, to, seen));
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}

function schemasAt(schema: JsonObject, keyword: string): readonly JsonValue[] {
  const value = schema[keyword];
  return isJsonObject(value) ? [value] : [];
}

function fault(message: string, expected: string, found: string): SchemaFault {
  return { path: '', message, expected, found };
}
