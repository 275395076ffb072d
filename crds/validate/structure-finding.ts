import type { ErrorObject } from 'ajv';
import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { shown, under, type Finding } from './finding.ts';
import { describePattern, matches } from './pattern.ts';
import { schemaUnder, typeInWords, type StructuralSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { typeRemedy, unitOf } from './type-remedy.ts';

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
  return { stage: 'admission', path, found: shown(value), ...told(error, path, value, schema) };
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

/** Null counts as nothing: a required field that is written without a value is there for whoever wrote it. */
export function withoutValue(finding: Finding, given: JsonValue): Finding {
  if (finding.reason !== 'Required' || valueAt(given, finding.path) !== null) return finding;
  const key = finding.path.slice(finding.path.lastIndexOf('.') + 1);
  return {
    ...finding,
    message: `required field ${shown(key)} has no value`,
    found: `nothing after ${key}:`,
    remedy: `Write the value after "${key}:", or indent what stands below it.`,
  };
}

/** What a path of field names leads to. */
function valueAt(root: JsonValue, path: string): JsonValue | undefined {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<JsonValue | undefined>((value, step) => {
    if (isJsonArray(value)) return value[Number(step)];
    return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, root);
}

function told(
  { keyword, params }: ErrorObject,
  path: string,
  value: JsonValue | undefined,
  schema: StructuralSchema,
): Told {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'type':
      return {
        reason: 'WrongType',
        message: 'the value has the wrong type',
        expected: `${typeInWords(schema)}${unitOf(path, schema)}`,
        remedy: typeRemedy(value, path, schema),
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

/** The first sentence of a description, to go on after a word. */
function sentence(description: string | undefined): string | undefined {
  const first = description?.split('. ')[0]?.replace(/\.$/, '');
  return first?.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}
