import type { ErrorObject } from 'ajv';
import type { JsonValue } from '../canonical/json.ts';
import { shown } from '../validate/finding.ts';
import { suggest } from '../validate/suggest.ts';

export interface Words {
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  /** The property that is missing or too much. */
  readonly member?: string;
}

/** What an error of ajv means, in words. */
export function describeKeyword(
  { keyword, params, message = 'is not valid' }: ErrorObject,
  value: JsonValue | undefined,
): Words {
  const param = (name: string): string => {
    const given: unknown = params[name];
    if (Array.isArray(given)) return given.map(String).join(', ');
    return typeof given === 'string' || typeof given === 'number' ? String(given) : (JSON.stringify(given) ?? '');
  };
  const found = shown(value);
  switch (keyword) {
    case 'required': {
      const member = param('missingProperty');
      return { message: `${member} is required`, expected: `a value for ${member}`, found: 'nothing', member };
    }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const member = param(keyword === 'additionalProperties' ? 'additionalProperty' : 'unevaluatedProperty');
      return {
        message: `${member} is not known to the schema`,
        expected: 'no such property',
        found: shown(member),
        member,
      };
    }
    case 'type':
      return { message: 'the type is wrong', expected: param('type').replaceAll(/,\s*/g, ' or '), found };
    case 'enum':
      return { message: 'the value is not one of those allowed', expected: `one of ${param('allowedValues')}`, found };
    case 'const':
      return { message: 'the value is not the one allowed', expected: param('allowedValue'), found };
    case 'pattern':
      return { message: 'the text has the wrong form', expected: `text that matches ${param('pattern')}`, found };
    default:
      return { message, expected: `a value that ${message}`, found };
  }
}

export const types: readonly string[] = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** What other languages call them. */
const otherNames: Readonly<Record<string, string>> = {
  bool: 'boolean',
  dict: 'object',
  double: 'number',
  float: 'number',
  int: 'integer',
  list: 'array',
  map: 'object',
  str: 'string',
  text: 'string',
};

/** The type that a word which is none stands for, as far as one can tell. */
export function typeMeant(word: string): string | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(otherNames, lower) ? otherNames[lower] : suggest(word, types);
}

/** The keywords of JSON Schema 2020-12, with `definitions` of older drafts, which still hold what references lead to. */
export const keywords: readonly string[] = [
  '$schema $id $ref $anchor $defs $comment $vocabulary $dynamicRef $dynamicAnchor definitions',
  'type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum',
  'maxLength minLength pattern format contentEncoding contentMediaType contentSchema',
  'items prefixItems contains maxContains minContains maxItems minItems uniqueItems unevaluatedItems',
  'properties patternProperties additionalProperties propertyNames unevaluatedProperties',
  'maxProperties minProperties required dependentRequired dependentSchemas',
  'allOf anyOf oneOf not if then else',
  'title description default examples deprecated readOnly writeOnly',
].flatMap((line) => line.split(' '));

const known = new Set(keywords);

export function isKeyword(name: string): boolean {
  return known.has(name);
}
