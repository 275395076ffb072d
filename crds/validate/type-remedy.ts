import type { JsonValue } from '../canonical/value.ts';
import { shown } from './finding.ts';
import type { StructuralSchema } from './schema.ts';

/** ` of seconds` for a number whose field is named after its unit, as all of ours are that have one. */
export function unitOf(path: string, { type }: StructuralSchema): string {
  const [, unit] = /(Seconds|Bytes)$/.exec(path) ?? [];
  return unit === undefined || (type !== 'integer' && type !== 'number') ? '' : ` of ${unit.toLowerCase()}`;
}

/** What to do about a value of the wrong type. */
export function typeRemedy(value: JsonValue | undefined, path: string, schema: StructuralSchema): string {
  switch (schema.type) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean'
        ? `Put it in quotes: "${value}".`
        : 'Write it as text.';
    case 'array':
      return 'Write it as a list, even if it has one item.';
    case 'object':
      return objectRemedy(value, schema.required ?? []);
    case 'boolean':
      return 'Write true or false, without quotes.';
    case 'integer':
    case 'number':
      return numberRemedy(value, `a number${unitOf(path, schema)}`, schema);
    default:
      return 'Write the value in that type.';
  }
}

/** A text in place of an object of one required field is most likely that field. */
function objectRemedy(value: JsonValue | undefined, [only, ...others]: readonly string[]): string {
  const isOne = only !== undefined && others.length === 0;
  return isOne && typeof value === 'string' ? `Write { ${only}: ${shown(value)} }.` : 'Write it as a mapping.';
}

/** What people write after a number of seconds that is none yet. */
const units: readonly (readonly [RegExp, number])[] = [
  [/^ms$/i, 0.001],
  [/^s(?:ecs?|econds?)?$/i, 1],
  [/^m(?:ins?|inutes?)?$/i, 60],
  [/^h(?:ours?)?$/i, 3_600],
  [/^d(?:ays?)?$/i, 86_400],
];

/** A number in quotes, or with a unit that the field has in its name. */
function numberRemedy(value: JsonValue | undefined, what: string, schema: StructuralSchema): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const [, digits, unit = ''] = /^(-?\d{1,12}(?:\.\d{1,6})?)\s*([a-z%]*)$/i.exec(text) ?? [];
  if (digits === undefined) return `Write ${what}.`;
  if (unit === '') return isOfType(Number(digits), schema) ? `Remove the quotes: ${digits}.` : `Write ${what}.`;
  const [, factor] = units.find(([form]) => what.endsWith('seconds') && form.test(unit)) ?? [];
  const amount = factor === undefined ? undefined : Number((Number(digits) * factor).toFixed(3));
  return amount !== undefined && isOfType(amount, schema)
    ? `Write ${what}: ${amount}.`
    : `Write ${what}, without a unit.`;
}

function isOfType(amount: number, { type }: StructuralSchema): boolean {
  return type === 'number' || Number.isInteger(amount);
}
