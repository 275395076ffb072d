import type { Options, SchemaObject } from 'ajv';
import { formats } from './formats.ts';
import { isFreeForm, type StructuralSchema } from './schema.ts';
import { re2 } from './structure-pattern.ts';

/** How ajv judges structure: as the API server does, in time linear in what is judged. */
export const structureOptions: Options = {
  allErrors: true,
  strict: false,
  ownProperties: true,
  messages: false,
  verbose: false,
  formats,
  // The schemas are those of the release. To judge and to polish what is made of them takes longer than all it is used for.
  meta: false,
  validateSchema: false,
  code: { optimize: false, regExp: Object.assign((pattern: string) => re2(pattern), { code: 're2' }) },
};

/** The same schema in the words of ajv: only what it can judge, and int-or-string as two types. */
export function ajvSchema(schema: StructuralSchema): SchemaObject {
  const { properties, additionalProperties, items, default: _default, description: _description, ...rest } = schema;
  const own: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-')),
  );
  if (schema['x-kubernetes-int-or-string'] === true) own['type'] = ['integer', 'string'];
  if (isFreeForm(schema)) return own;
  if (items !== undefined) own['items'] = ajvSchema(items);
  if (additionalProperties !== undefined) own['additionalProperties'] = ajvSchema(additionalProperties);
  if (properties !== undefined) {
    own['properties'] = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, ajvSchema(child)]));
  }
  return own;
}
