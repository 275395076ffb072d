import type { JsonValue } from '../../crds/canonical/json.ts';
import type { StructuralSchema } from '../../crds/validate/schema.ts';
import type { Random } from './parity-random.ts';

const scalars: readonly JsonValue[] = [null, true, false, 0, 1, -1, 1.5, 3, 100, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1];

const texts: readonly JsonValue[] = [
  ...'|x|X|a b|1|-|a-|true|null|é|😀|\u0000|a\nb|a.b|a/b|/a|../a|files.read|1Gi|-1|1.5|500m'.split('|'),
  ...[41, 64, 254].map((length) => 'x'.repeat(length)),
  'y'.repeat(40_000),
  '😀'.repeat(128),
];

const lists: readonly JsonValue[] = [[], [null], [[]], [{}], ['x'], ['x', 'x'], [1, 1]];

const objects: readonly JsonValue[] = [{}, { name: 'x' }, { x: 1 }, { x: null }, { name: null }, { '': 1 }];

const strange: readonly JsonValue[] = [...scalars, ...texts, ...lists, ...objects];

/** A value that seldom fits. */
export function anything(random: Random): JsonValue {
  return random.pick(strange) ?? null;
}

/** A value at, or one beyond, a bound of the schema. */
export function edge(schema: StructuralSchema | undefined, random: Random): JsonValue {
  const off = random.pick([0, 0, 1]);
  if (schema?.enum !== undefined) return random.pick(schema.enum) ?? null;
  switch (schema?.type) {
    case 'string':
      return letters(
        random.below(2) === 0 ? (schema.maxLength ?? 10) + off : Math.max(0, (schema.minLength ?? 0) - off),
      );
    case 'integer':
    case 'number':
      return random.below(2) === 0 ? (schema.maximum ?? 100) + off : (schema.minimum ?? 0) - off;
    case 'boolean':
      return random.below(2) === 0;
    case 'array': {
      const count = random.below(3) === 0 ? Math.min(80, schema.maxItems ?? 4) + off : random.below(3);
      return Array.from({ length: count }, () => edge(schema.items, random));
    }
    case 'object': {
      const known = Object.entries(schema.properties ?? {});
      const taken = known.filter(([key]) => schema.required?.includes(key) === true || random.below(3) === 0);
      return Object.fromEntries(taken.map(([key, child]) => [key, edge(child, random)]));
    }
    default:
      return anything(random);
  }
}

function letters(length: number): string {
  return 'a'.repeat(Math.min(length, 40_000));
}
