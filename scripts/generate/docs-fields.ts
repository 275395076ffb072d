import type { StructuralSchema } from '../../crds/validate/schema.ts';
import { markdownTable } from './docs-table.ts';

interface Field {
  /** `spec.roles[].name`. */
  readonly path: string;
  readonly schema: StructuralSchema;
  readonly required: boolean;
}

/** The fields of a kind under `spec` and `status` as tables, each with the CEL rules that it must meet. */
export function fieldTables(schema: StructuralSchema): string {
  const { spec = {}, status = {} } = schema.properties ?? {};
  const parts = [
    ...section('Spec', fieldsOf('spec', spec)),
    ...rulesOf([
      { path: '', schema, required: true },
      { path: 'spec', schema: spec, required: true },
      ...fieldsOf('spec', spec),
    ]),
    ...section('Status', fieldsOf('status', status)),
    'A condition has the fields that [Conditions and Events](../conditions-and-events.md) lists.',
  ];
  return parts.join('\n\n');
}

/** Every field below a schema, in the order of the CRD. Conditions are alike in all kinds and are left closed, so are steps of blocks. */
function fieldsOf(path: string, schema: StructuralSchema): readonly Field[] {
  if (path === 'status.conditions' || path === 'spec.blocks[].steps') return [];
  if (schema.items !== undefined) return fieldsOf(`${path}[]`, schema.items);
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const below = `${path}.${key}`;
    const field = { path: below, schema: child, required: schema.required?.includes(key) === true };
    return [field, ...fieldsOf(below, child)];
  });
}

function section(title: string, fields: readonly Field[]): readonly string[] {
  const rows = fields.map(({ path, schema, required }) => [
    `\`${path}\``,
    typeOf(schema),
    required ? 'required' : defaultOf(schema),
    schema.description ?? '',
  ]);
  return [`### ${title}`, markdownTable(['Field', 'Type', 'Default', 'What'], rows)];
}

function defaultOf(schema: StructuralSchema): string {
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

/** What a value may be, with its bounds, in words. */
export function typeOf(schema: StructuralSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or quantity';
  switch (schema.type) {
    case 'array':
      return `${listKind(schema)} of ${schema.items?.properties === undefined ? typeOf(schema.items ?? {}) : 'objects'}${bounds(schema.minItems, schema.maxItems, '')}`;
    case 'string':
      return schema.format === 'date-time'
        ? 'time'
        : `string${bounds(schema.minLength, schema.maxLength, ' characters')}`;
    case 'integer':
    case 'number':
      return `${schema.type}${bounds(schema.minimum, schema.maximum, '')}`;
    case 'object':
      return objectType(schema);
    default:
      return schema.type ?? 'any';
  }
}

function objectType(schema: StructuralSchema): string {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'any object';
  if (schema.additionalProperties === undefined) return 'object';
  return `map of ${typeOf(schema.additionalProperties)}${bounds(undefined, schema.maxProperties, ' keys')}`;
}

function listKind(schema: StructuralSchema): string {
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return `list by ${(schema['x-kubernetes-list-map-keys'] ?? []).map((key) => `\`${key}\``).join(', ')}`;
    case 'set':
      return 'set';
    default:
      return 'list';
  }
}

function bounds(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined) return most === undefined ? '' : `, at most ${most}${unit}`;
  return most === undefined ? `, at least ${least}${unit}` : `, ${least} to ${most}${unit}`;
}

/** The messages of CEL rules, which say what is wrong and what to do. */
function rulesOf(fields: readonly Field[]): readonly string[] {
  const lines = fields.flatMap(({ path, schema }) => {
    const own = [...rules(path, schema), ...rules(`${path}[]`, schema.items)];
    return [...own, ...rules(`${path}.*`, schema.additionalProperties)];
  });
  return lines.length === 0 ? [] : ['Rules beyond types and bounds:', [...new Set(lines)].join('\n')];
}

function rules(path: string, schema: StructuralSchema | undefined): readonly string[] {
  return (schema?.['x-kubernetes-validations'] ?? []).map(({ message }) => {
    return `- ${path === '' ? 'The object' : `\`${path}\``}: ${message}.`;
  });
}
