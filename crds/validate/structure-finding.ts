import type { ErrorObject } from 'ajv';
import type { JsonValue } from '../canonical/value.ts';
import { shown, under, type Finding } from './finding.ts';
import { describePattern, matches } from './pattern.ts';
import { schemaUnder, type StructuralSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';

/** After one of these the API server evaluates no rules. */
export const blocking: ReadonlySet<string> = new Set(['WrongType', 'Required', 'NotSupported', 'TooLong', 'TooMany']);

type Told = Pick<Finding, 'reason' | 'message' | 'expected' | 'remedy'>;

/** Says in words what ajv found wrong with the value at `path`. */
export function findingOf(
  error: ErrorObject,
  path: string,
  value: JsonValue | undefined,
  schema: StructuralSchema,
): Finding {
  if (error.keyword === 'required') return missing(String(error.params['missingProperty']), path, schema);
  return { stage: 'admission', path, found: shown(value), ...told(error, value, schema) };
}

function missing(key: string, path: string, parent: StructuralSchema): Finding {
  const schema = schemaUnder(parent, key) ?? {};
  return {
    stage: 'admission',
    reason: 'Required',
    path: under(path, key),
    message: `required field ${shown(key)} is missing`,
    expected: sentence(schema.description) ?? typeInWords(schema),
    found: 'nothing',
    remedy: `Add ${key}.`,
  };
}

function told({ keyword, params }: ErrorObject, value: JsonValue | undefined, schema: StructuralSchema): Told {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'type':
      return {
        reason: 'WrongType',
        message: 'the value has the wrong type',
        expected: typeInWords(schema),
        remedy: typeRemedy(value, schema),
      };
    case 'enum':
      return notSupported(value, schema.enum ?? []);
    case 'pattern':
      return {
        reason: 'Invalid',
        message: 'the text has the wrong form',
        expected: describePattern(schema.pattern ?? ''),
        remedy: formRemedy(value, schema.pattern ?? ''),
      };
    case 'minimum':
      return { reason: 'OutOfRange', message: 'the number is too small', expected: range(schema), remedy: 'Raise it.' };
    case 'maximum':
      return { reason: 'OutOfRange', message: 'the number is too large', expected: range(schema), remedy: 'Lower it.' };
    case 'minLength':
      return {
        reason: 'TooShort',
        message: 'the text is too short',
        ...size('at least', limit, 'characters', 'Write it out.'),
      };
    case 'maxLength':
      return {
        reason: 'TooLong',
        message: 'the text is too long',
        ...size('at most', limit, 'characters', 'Shorten it.'),
      };
    case 'minItems':
      return { reason: 'TooFew', message: 'the list is too short', ...size('at least', limit, 'items', 'Add to it.') };
    case 'maxItems':
      return {
        reason: 'TooMany',
        message: 'the list is too long',
        ...size('at most', limit, 'items', 'Take some out.'),
      };
    case 'maxProperties':
      return {
        reason: 'TooMany',
        message: 'there are too many keys',
        ...size('at most', limit, 'keys', 'Take some out.'),
      };
    default:
      return {
        reason: 'Invalid',
        message: 'the value has the wrong form',
        expected: schema.format ?? typeInWords(schema),
        remedy: 'Correct the value.',
      };
  }
}

function size(bound: string, limit: string, unit: string, remedy: string): Pick<Told, 'expected' | 'remedy'> {
  return { expected: `${bound} ${limit} ${limit === '1' ? unit.slice(0, -1) : unit}`, remedy };
}

function notSupported(value: JsonValue | undefined, choices: readonly string[]): Told {
  const near = typeof value === 'string' ? didYouMean(value, choices) : '';
  return {
    reason: 'NotSupported',
    message: 'the value is not one of the choices',
    expected: choices.length === 1 ? shown(choices[0]) : `one of ${choices.join(', ')}`,
    remedy: near === '' ? 'Choose one of them.' : near.trimEnd(),
  };
}

function typeRemedy(value: JsonValue | undefined, schema: StructuralSchema): string {
  if (schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `Put it in quotes: "${value}".`;
  }
  if (schema.type === 'array' && !Array.isArray(value)) return 'Write it as a list, even if it has one item.';
  if (schema.type === 'object') return objectRemedy(value, schema.required ?? []);
  if (typeof value === 'string' && value !== '') return 'Remove the quotes, or correct it.';
  return 'Write the value in that type.';
}

/** A text in place of an object of one required field is most likely that field. */
function objectRemedy(value: JsonValue | undefined, [only, ...others]: readonly string[]): string {
  const isOne = only !== undefined && others.length === 0;
  return isOne && typeof value === 'string' ? `Write { ${only}: ${shown(value)} }.` : 'Write it as a mapping.';
}

/** Where only case or separators are wrong, the remedy is the corrected text. */
function formRemedy(value: JsonValue | undefined, pattern: string): string {
  if (typeof value !== 'string' || value.length > 253) return 'Correct the text.';
  const repaired = value
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return repaired !== value && matches(pattern, repaired) ? `Write ${shown(repaired)}.` : 'Correct the text.';
}

function range({ minimum, maximum }: StructuralSchema): string {
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function typeInWords(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'a whole number or text';
  return words[schema.type ?? ''] ?? 'a value';
}

function sentence(description: string | undefined): string | undefined {
  return description?.split('. ')[0]?.replace(/\.$/, '');
}
