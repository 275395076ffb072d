import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { isJsonArray, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { shown } from '../validate/finding.ts';
import { metaCheck } from './meta-check.ts';
import type { SchemaFault } from './schema-fault.ts';
import { schemaGrowth } from './schema-growth.ts';
import { describeKeyword, isKeyword, keywords, typeMeant, types } from './schema-words.ts';
import { suggest } from '../validate/suggest.ts';

const MAX_FAULTS = 16;

/** Keywords that ajv takes and JSON Schema does not have: `$async` would turn a verdict into a promise. */
const foreign = ['$async', 'nullable', 'discriminator'];

/**
 * What keeps a value from being a JSON Schema 2020-12 that can be checked in bounded time: its form, references to other
 * documents, patterns that RE2 does not take, definitions that multiply.
 */
export function schemaFaults(schema: JsonObject): readonly SchemaFault[] {
  const known = judged.get(schema);
  if (known !== undefined) return known;
  const faults = judge(schema);
  judged.set(schema, faults);
  return faults;
}

/** Where a value does not meet a schema. Call `schemaFaults` before: throws where the schema does not compile. */
export function valueFaults(schema: JsonObject, value: JsonValue): readonly SchemaFault[] {
  const validate = compile(schema);
  return validate(value) ? [] : tidy(validate.errors ?? [], value);
}

/** Resources are judged again and again as they are watched; their schemas stay the same objects. */
const judged = new WeakMap<JsonObject, readonly SchemaFault[]>();
const compiled = new WeakMap<JsonObject, ValidateFunction>();

function judge(schema: JsonObject): readonly SchemaFault[] {
  const local = localFaults(schema, '', keywordFaults);
  if (local.length > 0) return local.slice(0, MAX_FAULTS);
  const meta = metaCheck();
  if (!meta(schema)) {
    // The meta-schema knows that a type is none, and not which one was meant.
    const slips = localFaults(schema, '', typeFaults);
    return tidy(meta.errors ?? [], schema)
      .filter(({ path }) => !slips.some((slip) => slip.path.startsWith(`${path}[`)))
      .map((fault) => slips.find(({ path }) => path === fault.path) ?? fault);
  }
  const growth = schemaGrowth(schema);
  if (growth !== undefined) return [growth];
  try {
    compile(schema);
    return [];
  } catch (error) {
    const found = error instanceof Error ? error.message.slice(0, 200) : 'an error';
    return [{ path: '', message: 'the schema does not compile', expected: 'JSON Schema 2020-12', found }];
  }
}

function compile(schema: JsonObject): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  // Patterns come from users: RE2 takes time in proportion to the text.
  const linear = (source: string): { test(text: string): boolean; toString(): string } => {
    const pattern = RE2JS.compile(source);
    // ajv tells patterns apart by their text form.
    return { test: (text) => pattern.matcher(text).find(), toString: () => source };
  };
  const regExp = Object.assign(linear, { code: 'linear' });
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateFormats: false,
    // The form was judged before, against a meta-schema that takes long to load.
    meta: false,
    validateSchema: false,
    logger: false,
    code: { optimize: false, regExp },
  });
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}

/** What ajv would accept, or only notice when it is too late. Keys of `properties` and the like are names, not keywords. */
function localFaults(node: JsonValue, path: string, judgeKeyword: JudgeKeyword): readonly SchemaFault[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node))
    return node.flatMap((item: JsonValue, index) => localFaults(item, `${path}[${index}]`, judgeKeyword));
  return Object.entries(node).flatMap(([keyword, value]: [string, JsonValue]) => {
    const at = path === '' ? keyword : `${path}.${keyword}`;
    if (holdsData.has(keyword)) return [];
    if (namesSchemas.has(keyword)) return namedFaults(keyword, value, at, judgeKeyword);
    const faults = judgeKeyword(keyword, value, at);
    return isKeyword(keyword) ? [...faults, ...localFaults(value, at, judgeKeyword)] : faults;
  });
}

/** What is wrong with one keyword and its value. */
type JudgeKeyword = (keyword: string, value: JsonValue, path: string) => readonly SchemaFault[];

const namesSchemas = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Their values are data, not schemas. */
const holdsData = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired', '$vocabulary']);

function namedFaults(
  keyword: string,
  schemas: JsonValue,
  path: string,
  judgeKeyword: JudgeKeyword,
): readonly SchemaFault[] {
  return Object.entries(schemas ?? {}).flatMap(([name, schema]: [string, JsonValue]) => {
    const at = `${path}.${name}`;
    return [
      ...(keyword === 'patternProperties' ? patternFaults(name, at) : []),
      ...localFaults(schema, at, judgeKeyword),
    ];
  });
}

function keywordFaults(keyword: string, value: JsonValue, path: string): readonly SchemaFault[] {
  const fault = (message: string, expected: string, found: string): readonly SchemaFault[] => [
    { path, message, expected, found },
  ];
  switch (keyword) {
    case 'pattern':
      return typeof value === 'string' ? patternFaults(value, path) : [];
    case '$ref':
      if (typeof value !== 'string' || value.startsWith('#')) return [];
      return fault(
        'a schema cannot refer to another document',
        'a place within this schema, as in #/$defs/name',
        shown(value),
      );
    case '$dynamicRef':
    case '$recursiveRef':
      return fault('a reference must lead to one place', '$ref', keyword);
    case '$id':
      return path === '$id'
        ? []
        : fault('a schema within a schema has no name of its own', '$id at the top alone', shown(value));
    case '$schema':
      if (value === 'https://json-schema.org/draft/2020-12/schema') return [];
      return fault(
        'schemas are JSON Schema 2020-12',
        'https://json-schema.org/draft/2020-12/schema, or no $schema',
        shown(value),
      );
    default: {
      if (isKeyword(keyword)) return [];
      const near = foreign.includes(keyword) ? '' : (suggest(keyword, keywords) ?? undefined);
      if (near === undefined) return [];
      const expected = near === '' ? 'its keywords alone' : `its keywords, for example ${near}`;
      return fault('this is no keyword of JSON Schema 2020-12', expected, shown(keyword));
    }
  }
}

function typeFaults(keyword: string, value: JsonValue, path: string): readonly SchemaFault[] {
  if (keyword !== 'type') return [];
  const names: readonly (readonly [string, JsonValue])[] = isJsonArray(value)
    ? value.map((name, index) => [`${path}[${index}]`, name])
    : [[path, value]];
  return names.flatMap(([at, name]) => {
    if (typeof name !== 'string' || types.includes(name)) return [];
    const meant = typeMeant(name);
    const remedy = meant === undefined ? 'Write one of them.' : `Did you mean ${JSON.stringify(meant)}?`;
    const expected = `one of ${types.join(', ')}`;
    return [{ path: at, message: 'there is no such type', expected, found: shown(name), remedy }];
  });
}

function patternFaults(pattern: string, path: string): readonly SchemaFault[] {
  try {
    const { length } = pattern;
    if (length <= 1_000 && RE2JS.compile(pattern).programSize() <= 5_000) return [];
    return [{ path, message: 'the pattern is too large', expected: 'at most 1000 characters', found: `${length}` }];
  } catch (error) {
    const reason = error instanceof Error ? ` (${error.message})` : '';
    const expected = 'a regular expression of RE2, without look-around and back references';
    return [{ path, message: 'the pattern is no regular expression', expected, found: shown(pattern) + reason }];
  }
}

/** One fault for each place, the most telling one; applicators only repeat what went wrong inside. */
function tidy(errors: readonly ErrorObject[], root: JsonValue): readonly SchemaFault[] {
  const byPlace = new Map<string, SchemaFault>();
  for (const error of errors) {
    if (['anyOf', 'oneOf', 'allOf', 'if', '$ref', '$dynamicRef'].includes(error.keyword) && errors.length > 1) continue;
    const { path, value } = follow(root, error.instancePath);
    const words = describeKeyword(error, value);
    const place = words.member === undefined ? path : path === '' ? words.member : `${path}.${words.member}`;
    if (!byPlace.has(place))
      byPlace.set(place, { path: place, message: words.message, expected: words.expected, found: words.found });
  }
  return [...byPlace.values()].slice(0, MAX_FAULTS);
}

/** Turns a JSON pointer into a path and the value there. */
function follow(root: JsonValue, pointer: string): { readonly path: string; readonly value: JsonValue | undefined } {
  let path = '';
  let value: JsonValue | undefined = root;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path += `[${key}]`;
      value = value[Number(key)];
    } else {
      path = path === '' ? key : `${path}.${key}`;
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    }
  }
  return { path, value };
}
