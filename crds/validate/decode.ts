import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { MAX_FINDINGS, shown, under, type Finding } from './finding.ts';
import { isFreeForm, schemaUnder, type StructuralSchema } from './schema.ts';
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
  const known = Object.keys(schema?.properties ?? {});
  return {
    stage: 'decode',
    reason: 'UnknownField',
    path,
    message: `unknown field ${shown(key)}`,
    expected:
      known.length > 0 ? `one of ${known.join(', ')}` : `${schema?.type ?? 'a plain value'}, which has no fields`,
    found: `${shown(key)}: ${shown(value)}`,
    remedy: `${didYouMean(key, known)}Rename or remove the field.`,
  };
}
