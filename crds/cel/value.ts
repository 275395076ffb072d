import { MAX_DEPTH, setOwn, type JsonValue } from '../canonical/json.ts';
import { fault } from './fault.ts';
import type { Fuel } from './fuel.ts';

/** A CEL double. JavaScript numbers inside lists and maps are JSON: whole ones are ints, the rest doubles. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What `type(x)` gives. */
export class CelType {
  readonly name: TypeName;

  constructor(name: TypeName) {
    this.name = name;
  }
}

export const typeNames = ['null_type', 'bool', 'int', 'double', 'string', 'list', 'map', 'type'] as const;
export type TypeName = (typeof typeNames)[number];

/** A value in the middle of an evaluation. Ints are bigint, within 64 bits. */
export type CelValue = null | boolean | bigint | string | Double | CelType | CelList | CelMap;
/** What a list or map holds: data from the scope stays as it came until it is looked at. */
export type CelItem = CelValue | number;
export type CelList = readonly CelItem[];
export interface CelMap {
  readonly [key: string]: CelItem;
}

/** One overload set of a function. Methods get their receiver as first argument. */
export type CelFunction = (args: readonly CelValue[], fuel: Fuel) => CelValue;

/** An item as a value: a number of JSON becomes an int where it is whole, else a double. */
export function read(item: CelItem): CelValue {
  if (typeof item !== 'number') return item;
  return Number.isSafeInteger(item) ? BigInt(item) : new Double(item);
}

export function isList(value: CelItem): value is CelList {
  return Array.isArray(value);
}

export function isMap(value: CelItem): value is CelMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Double) && !(value instanceof CelType);
}

export function typeOf(value: CelValue): TypeName {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
    default:
      if (value === null) return 'null_type';
      if (value instanceof Double) return 'double';
      if (value instanceof CelType) return 'type';
      return isList(value) ? 'list' : 'map';
  }
}

/** The result of an evaluation as JSON. Every element and character is paid for, also where it is shared. */
export function toJson(item: CelItem, fuel: Fuel, depth = 0): JsonValue {
  fuel.spend(1);
  switch (typeof item) {
    case 'number':
      return item;
    case 'boolean':
      return item;
    case 'string':
      fuel.spendText(item.length);
      return item;
    case 'bigint':
      return whole(Number(item));
    default:
      if (item === null) return null;
      if (item instanceof Double) return finite(item.value);
      if (item instanceof CelType) throw fault('a type is no JSON value', { found: `type ${item.name}` });
      if (depth >= MAX_DEPTH) throw fault('the result nests too deeply', { expected: `at most ${MAX_DEPTH} levels` });
      return isList(item) ? item.map((each) => toJson(each, fuel, depth + 1)) : mapToJson(item, fuel, depth + 1);
  }
}

function mapToJson(map: CelMap, fuel: Fuel, depth: number): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(map)) {
    fuel.spendText(key.length);
    setOwn(object, key, toJson(item, fuel, depth));
  }
  return object;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw fault('the number has no form in JSON', { found: String(value) });
  return Number.isInteger(value) ? whole(value) : value;
}

function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw fault('the integer is not safe in JSON', { expected: 'at most 2^53 - 1', found: String(value) });
}
