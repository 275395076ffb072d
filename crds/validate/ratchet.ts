import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { isDeepStrictEqual } from 'node:util';
import { under } from './finding.ts';
import { identityOf } from './lists.ts';
import { schemaUnder, type StructuralSchema } from './schema.ts';

/**
 * What an update leaves as it was. A value that became invalid because the schema was tightened may stay while it is
 * unchanged; an object with any change is judged anew. Entries are followed through lists with keys, not through others.
 */
export class Unchanged {
  readonly #paths: readonly string[];

  constructor(value: JsonValue, old: JsonValue, schema: StructuralSchema) {
    this.#paths = [...unchangedPaths(value, old, schema, '')];
  }

  /** Whether the value at `path`, or one that holds it, is as it was. */
  covers(path: string): boolean {
    return this.#paths.some(
      (same) => same === '' || path === same || path.startsWith(`${same}.`) || path.startsWith(`${same}[`),
    );
  }
}

function* unchangedPaths(
  value: JsonValue,
  old: JsonValue | undefined,
  schema: StructuralSchema | undefined,
  path: string,
): Generator<string> {
  if (old === undefined) return;
  if (isDeepStrictEqual(value, old)) {
    yield path;
  } else if (isJsonObject(value) && isJsonObject(old)) {
    for (const [key, child] of Object.entries(value)) {
      const below = schemaUnder(schema, key);
      if (below !== undefined && Object.hasOwn(old, key)) {
        yield* unchangedPaths(child, old[key], below, under(path, key));
      }
    }
  } else if (isJsonArray(value) && isJsonArray(old) && schema?.['x-kubernetes-list-type'] === 'map') {
    const earlier = new Map(old.map((item) => [identityOf(item, schema), item]));
    for (const [index, item] of value.entries()) {
      yield* unchangedPaths(item, earlier.get(identityOf(item, schema)), schema.items, `${path}[${index}]`);
    }
  }
}
