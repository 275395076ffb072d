import type { Fuel } from './fuel.ts';
import { fault, shown } from './fault.ts';
import { listFunctions } from './functions-list.ts';
import { textFunctions } from './functions-text.ts';
import { int64, isNumber, noOverload } from './operators.ts';
import { CelType, Double, isList, isMap, typeOf, type CelFunction, type CelValue } from './value.ts';

/** Functions by `name/arguments`, methods by `.name/arguments` without the receiver. */
export const functions: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size/1', size],
  ['.size/0', size],
  ['type/1', ([value = null]) => new CelType(typeOf(value))],
  ['dyn/1', ([value = null]) => value],
  ['int/1', toInt],
  ['double/1', toDouble],
  ['string/1', toText],
  ['bool/1', toBool],
  ...textFunctions,
  ...listFunctions,
]);

function size([value = null]: readonly CelValue[], fuel: Fuel): CelValue {
  if (typeof value === 'string') {
    fuel.spendText(value.length);
    let points = 0;
    for (const _point of value) points += 1;
    return BigInt(points);
  }
  if (isList(value)) return BigInt(value.length);
  if (!isMap(value)) throw noOverload('size', value);
  const keys = Object.keys(value).length;
  fuel.spend(keys);
  return BigInt(keys);
}

function toInt([value = null]: readonly CelValue[]): CelValue {
  if (typeof value === 'bigint') return value;
  if (value instanceof Double && Number.isFinite(value.value)) return int64(BigInt(Math.trunc(value.value)));
  if (typeof value === 'string' && value.length <= 20 && /^[+-]?\d+$/.test(value)) return int64(BigInt(value));
  throw conversion('int', value);
}

function toDouble([value = null]: readonly CelValue[]): CelValue {
  if (isNumber(value)) return typeof value === 'bigint' ? new Double(Number(value)) : value;
  if (typeof value === 'string' && value.length <= 400 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) {
    return new Double(Number(value));
  }
  throw conversion('double', value);
}

function toText([value = null]: readonly CelValue[]): CelValue {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Double) return String(value.value);
  throw conversion('string', value);
}

function toBool([value = null]: readonly CelValue[]): CelValue {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    if (['1', 't', 'true', 'TRUE', 'True'].includes(value)) return true;
    if (['0', 'f', 'false', 'FALSE', 'False'].includes(value)) return false;
  }
  throw conversion('bool', value);
}

function conversion(to: string, value: CelValue): ReturnType<typeof fault> {
  const found =
    typeof value === 'string' ? shown(value) : value instanceof Double ? String(value.value) : typeOf(value);
  return fault(`cannot convert to ${to}`, { found });
}
