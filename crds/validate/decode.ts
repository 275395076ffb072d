import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { MAX_FINDINGS, shown, under, type Finding } from './finding.ts';
import { isFreeForm, schemaUnder, typeInWords, type StructuralSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';

/**
 * Finds fields that no schema knows, as strict decoding of the API server does: below a scalar every field of an
 * object is unknown, below a free-form object none is. Stops at the bound of findings.
 */
export function unknownFields(value: JsonValue, schema: StructuralSchema): readonly Finding[] {
  const findings: Finding[] = [];

  function walk(node: JsonValue, at: StructuralSchema | undefined, path: string): void {
    if (findings.length > MAX_FINDINGS || (at !== undefined && isFreeForm(at))) return;
    if (isJsonArray(node)) {
      node.forEach((item, index) => walk(item, at?.items, `${path}[${index}]`));
    } else if (isJsonObject(node)) {
      for (const [key, child] of Object.entries(node)) {
        const below = schemaUnder(at, key);
        if (below === undefined) findings.push(unknownField(under(path, key), key, child, at));
        else walk(child, below, under(path, key));
        if (findings.length > MAX_FINDINGS) return;
      }
    }
  }

  walk(value, schema, '');
  return findings;
}

function unknownField(path: string, key: string, value: JsonValue, schema: StructuralSchema | undefined): Finding {
  return {
    stage: 'decode',
    reason: 'UnknownField',
    path,
    found: `${shown(key)}: ${shown(value)}`,
    ...(schema?.type === 'array' ? notAList(key, schema.items) : inPlaceOf(path, key, value, schema)),
  };
}

type Told = Pick<Finding, 'message' | 'expected' | 'remedy'>;

/** A mapping in place of a list has its names as keys, or is its only item. */
function notAList(key: string, items: StructuralSchema | undefined): Told {
  const named = ['name', 'id'].find((each) => items?.required?.includes(each) === true);
  return {
    message: `a mapping stands in place of a list, with the key ${shown(key)}`,
    expected: named === undefined ? 'a list of items' : `a list of items, each with its ${named}`,
    remedy: itemRemedy(key, named, items),
  };
}

function itemRemedy(key: string, named: string | undefined, items: StructuralSchema | undefined): string {
  if (schemaUnder(items, key) !== undefined) return 'Begin the item with "- ".';
  if (named !== undefined) return `Write "- ${named}: ${key}", and its other fields below that.`;
  return items?.type === 'object' ? 'Begin each item with "- ".' : `Write "- ${key}".`;
}

function inPlaceOf(path: string, key: string, value: JsonValue, schema: StructuralSchema | undefined): Told {
  const known = Object.keys(schema?.properties ?? {});
  if (known.length > 0) {
    return {
      message: `unknown field ${shown(key)}`,
      expected: `one of ${known.join(', ')}`,
      remedy: elsewhere(key, schema) ?? `${didYouMean(key, known)}Rename or remove the field.`,
    };
  }
  const what = schema === undefined ? 'a plain value' : typeInWords(schema);
  const parent = path.slice(0, -key.length - 1).replace(/^.*[.]/, '');
  return {
    message: `a mapping stands in place of ${what}, with the key ${shown(key)}`,
    expected: what,
    remedy:
      typeof value === 'object'
        ? `Write ${what} for ${parent}, without fields.`
        : `Write the value itself: ${parent}: ${shown(value)}.`,
  };
}

/** A field of something beside it: what is below `metadata`, `spec` or `params` was not indented. */
function elsewhere(key: string, schema: StructuralSchema | undefined): string | undefined {
  const [owner, ...others] = Object.entries(schema?.properties ?? {}).filter(([, { properties = {} }]) =>
    Object.hasOwn(properties, key),
  );
  return owner === undefined || others.length > 0 ? undefined : `It is a field of ${owner[0]}: indent it below that.`;
}
