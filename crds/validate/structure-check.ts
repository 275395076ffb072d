import { Ajv, type ValidateFunction } from 'ajv';
import type { Kind } from '../generated/resources.ts';
import { kindInfo } from './kinds.ts';
import { ajvSchema, structureOptions } from './structure-options.ts';

const ajv = new Ajv(structureOptions);
const compiled = new Map<Kind, ValidateFunction>();

/**
 * What ajv makes of the schema of a kind. A file of its own: in what is built, what ajv makes of all kinds stands in its
 * place, because making it takes longer than everything else that is done with manifests.
 */
export function structureCheck(kind: Kind): ValidateFunction {
  const known = compiled.get(kind);
  if (known !== undefined) return known;
  const check = ajv.compile(ajvSchema(kindInfo(kind)?.schema ?? {}));
  compiled.set(kind, check);
  return check;
}
