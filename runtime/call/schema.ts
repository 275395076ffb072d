import { canonicalJson, OrketError, type JsonObject, type JsonValue } from '#crds';
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

/** Where and how a value does not meet its schema, in our own words: they become part of what models are sent. */
export interface Mismatch {
  /** JSON pointer into the value, empty for the whole. */
  readonly at: string;
  readonly keyword: string;
  readonly expected: JsonValue;
}

/** Checks values against JSON Schema 2020-12, each schema compiled once. */
export class Schemas {
  readonly #compiled = new Map<string, Promise<ValidateFunction>>();
  /** Those of a bundle are asked about again and again: the text of each is made once. */
  readonly #keys = new WeakMap<JsonObject, string>();

  /** Where the value does not meet the schema, sorted, at most eight. Throws `InvalidSchema`. */
  async mismatches(schema: JsonObject, value: JsonValue): Promise<readonly Mismatch[]> {
    const key = this.#keyOf(schema);
    if (acceptsAll.has(key)) return [];
    const known = this.#compiled.get(key) ?? compile(schema);
    this.#compiled.set(key, known);
    const validate = await known;
    if (validate(value)) return [];
    return (validate.errors ?? []).map(mismatchOf).toSorted(byPlace).slice(0, 8);
  }

  #keyOf(schema: JsonObject): string {
    const known = this.#keys.get(schema);
    if (known !== undefined) return known;
    const key = canonicalJson(schema);
    this.#keys.set(schema, key);
    return key;
  }
}

/** Schemas that need no compiler, so that a run without others never loads it. */
const acceptsAll: ReadonlySet<string> = new Set(['{}']);

/** Its own schemas cost a compiler more than ours do, so there is one, and nobody waits for it who needs none. */
let compiler: Promise<Ajv2020> | undefined;

async function loadCompiler(): Promise<Ajv2020> {
  const [ajv, { RE2JS }] = await Promise.all([import('ajv/dist/2020.js'), import('re2js')]);
  // Patterns come from users: RE2 takes time linear in the text.
  const linear = (source: string): { test: (text: string) => boolean; toString: () => string } => {
    const pattern = RE2JS.compile(source);
    // The compiler takes two patterns for one where their text is the same.
    return { test: (text) => pattern.matcher(text).find(), toString: () => source };
  };
  const regExp = Object.assign(linear, { code: 'linear' });
  return new ajv.Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    // Its patterns are not ours to compile, and nobody refers to it.
    meta: false,
    // Schemas were checked when the bundle was made, and two of them may have one $id.
    validateSchema: false,
    addUsedSchema: false,
    validateFormats: false,
    code: { regExp },
  });
}

async function compile(schema: JsonObject): Promise<ValidateFunction> {
  compiler ??= loadCompiler();
  const ajv = await compiler;
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new OrketError(
      'InvalidSchema',
      'the schema cannot be compiled',
      { expected: 'JSON Schema 2020-12 without references to other documents', found: String(error) },
      error,
    );
  }
}

function mismatchOf(error: ErrorObject): Mismatch {
  const missing: unknown = error.params['missingProperty'] ?? error.params['additionalProperty'];
  if (typeof missing === 'string') return { at: error.instancePath, keyword: error.keyword, expected: missing };
  const { schema } = error;
  const plain = typeof schema === 'string' || typeof schema === 'number' || typeof schema === 'boolean';
  return { at: error.instancePath, keyword: error.keyword, expected: plain || Array.isArray(schema) ? schema : null };
}

function byPlace(a: Mismatch, b: Mismatch): number {
  const [left, right] = [canonicalJson([a.at, a.keyword, a.expected]), canonicalJson([b.at, b.keyword, b.expected])];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
