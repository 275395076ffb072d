import { fault } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { CelType, Double, isList, isMap, read, typeOf, type CelItem, type CelValue } from './value.ts';

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** Applies an operator as CEL does, but for one thing: an int meets a double as a double, since JSON has one number. */
export function applyBinary(operator: BinaryOperator, left: CelValue, right: CelValue, fuel: Fuel): CelValue {
  switch (operator) {
    case '==':
      return equals(left, right, fuel);
    case '!=':
      return !equals(left, right, fuel);
    case '<':
      return compare(left, right, fuel) < 0;
    case '<=':
      return compare(left, right, fuel) <= 0;
    case '>':
      return compare(left, right, fuel) > 0;
    case '>=':
      return compare(left, right, fuel) >= 0;
    case 'in':
      return contains(right, left, fuel);
    case '+':
      return add(left, right, fuel);
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, left, right);
  }
}

/** Deep equality; lists in order, maps without, numbers by value. Never an error. */
export function equals(leftItem: CelItem, rightItem: CelItem, fuel: Fuel): boolean {
  fuel.spend(1);
  const left = read(leftItem);
  const right = read(rightItem);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length === right.length) fuel.spendText(left.length);
    return left === right;
  }
  if (isNumber(left) && isNumber(right)) return numeric(left) === numeric(right) || sameWhole(left, right);
  if (left instanceof CelType && right instanceof CelType) return left.name === right.name;
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => equals(item, right[index] ?? null, fuel));
  }
  if (isMap(left) && isMap(right)) {
    const keys = Object.keys(left);
    fuel.spend(keys.length);
    if (keys.length !== Object.keys(right).length) return false;
    return keys.every((key) => Object.hasOwn(right, key) && equals(left[key] ?? null, right[key] ?? null, fuel));
  }
  return left === right;
}

/** Negative, zero or positive. Numbers by value, strings by code point, false before true; the rest has no order. */
export function compare(left: CelValue, right: CelValue, fuel: Fuel): number {
  if (isNumber(left) && isNumber(right)) {
    const [a, b] = [numeric(left), numeric(right)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    fuel.spendText(Math.min(left.length, right.length));
    return compareText(left, right);
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  throw noOverload('compare', left, right);
}

/** Order by code point, which is also the order of the UTF-8 bytes. */
function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for the code points above all single units, though units from U+E000 on are larger. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function contains(collection: CelValue, item: CelValue, fuel: Fuel): boolean {
  if (isList(collection)) return collection.some((each) => equals(each, item, fuel));
  if (isMap(collection)) return typeof item === 'string' && Object.hasOwn(collection, item);
  throw fault('"in" needs a list or a map on its right', { found: typeOf(collection) });
}

function add(left: CelValue, right: CelValue, fuel: Fuel): CelValue {
  if (typeof left === 'string' && typeof right === 'string') {
    fuel.spendText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    fuel.spend(left.length + right.length);
    return [...left, ...right];
  }
  return arithmetic('+', left, right);
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: CelValue, right: CelValue): CelValue {
  if (typeof left === 'bigint' && typeof right === 'bigint') return int64(ofInts(operator, left, right));
  if (isNumber(left) && isNumber(right) && operator !== '%') {
    return new Double(ofDoubles(operator, toNumber(left), toNumber(right)));
  }
  throw noOverload(operator, left, right);
}

function ofInts(operator: '+' | '-' | '*' | '/' | '%', left: bigint, right: bigint): bigint {
  if (right === 0n && (operator === '/' || operator === '%')) throw fault('division by zero');
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function ofDoubles(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

/** `-x` for a number. */
export function negate(value: CelValue): CelValue {
  if (typeof value === 'bigint') return int64(-value);
  if (value instanceof Double) return new Double(-value.value);
  throw fault('"-" needs a number', { found: typeOf(value) });
}

/** Refuses what 64 bits cannot hold. */
export function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw fault('integer overflow', { expected: 'a 64-bit integer' });
  return value;
}

type CelNumber = bigint | Double;

export function isNumber(value: CelValue): value is CelNumber {
  return typeof value === 'bigint' || value instanceof Double;
}

function toNumber(value: CelNumber): number {
  return typeof value === 'bigint' ? Number(value) : value.value;
}

/** Mixed comparisons of bigint and number are exact in JavaScript, so nothing is converted. */
function numeric(value: CelNumber): bigint | number {
  return typeof value === 'bigint' ? value : value.value;
}

function sameWhole(left: CelNumber, right: CelNumber): boolean {
  const [a, b] = [numeric(left), numeric(right)];
  return (
    typeof a !== typeof b && !Number.isNaN(toNumber(left)) && !Number.isNaN(toNumber(right)) && !(a < b) && !(a > b)
  );
}

export function noOverload(operation: string, ...operands: readonly CelValue[]): ReturnType<typeof fault> {
  return fault(`"${operation}" does not work on these types`, { found: operands.map(typeOf).join(', ') });
}
