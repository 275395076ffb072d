import type { ValidateFunction } from 'ajv';
import { Ajv2020, type Options } from 'ajv/dist/2020.js';

export const metaOptions: Options = { strict: false, allErrors: true, logger: false };

export const metaSchema = 'https://json-schema.org/draft/2020-12/schema';

let made: ValidateFunction | undefined;

/** Judges the form of a JSON Schema 2020-12. As in `structure-check.ts`, what is built has made it already. */
export function metaCheck(): ValidateFunction {
  made ??= new Ajv2020({ ...metaOptions, code: { optimize: false } }).getSchema(metaSchema);
  if (made === undefined) throw new Error(`ajv does not know ${metaSchema}`);
  return made;
}
