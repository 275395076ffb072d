import { fault } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { applyBinary, compare, equals, noOverload } from './operators.ts';
import { isList, read, typeOf, type CelItem, type CelList, type CelFunction, type CelValue } from './value.ts';

/** The methods of lists that Kubernetes has; `indexOf` and `lastIndexOf` are here for strings too. */
export const listFunctions: readonly (readonly [string, CelFunction])[] = [
  ['.indexOf/1', ([within, item], fuel) => indexOf(within, item, fuel)],
  ['.indexOf/2', ([text, part, from], fuel) => indexOfFrom(text, part, from, fuel)],
  ['.lastIndexOf/1', ([within, item], fuel) => lastIndexOf(within, item, fuel)],
  ['.isSorted/0', (args, fuel) => isSorted(listOf('isSorted', args), fuel)],
  ['.sort/0', (args, fuel) => sort(listOf('sort', args), fuel)],
  ['.min/0', (args, fuel) => extreme('min', listOf('min', args), fuel)],
  ['.max/0', (args, fuel) => extreme('max', listOf('max', args), fuel)],
  ['.sum/0', (args, fuel) => sum(listOf('sum', args), fuel)],
  ['.distinct/0', (args, fuel) => distinct(listOf('distinct', args), fuel)],
  ['.reverse/0', (args, fuel) => reverse(listOf('reverse', args), fuel)],
  ['.slice/2', (args, fuel) => slice(listOf('slice', args), args[1], args[2], fuel)],
  ['.flatten/0', (args, fuel) => flatten(listOf('flatten', args), 1, fuel)],
  ['.flatten/1', (args, fuel) => flatten(listOf('flatten', args), depthOf(args[1]), fuel)],
];

type Maybe = CelValue | undefined;

function listOf(name: string, args: readonly CelValue[]): CelList {
  const [list = null] = args;
  if (!isList(list)) throw noOverload(name, ...args);
  return list;
}

function indexOf(within: Maybe, item: Maybe, fuel: Fuel): CelValue {
  if (typeof within === 'string') return indexOfFrom(within, item, 0n, fuel);
  const list = listOf('indexOf', [within ?? null]);
  return BigInt(list.findIndex((each) => equals(each, item ?? null, fuel)));
}

function indexOfFrom(text: Maybe, part: Maybe, from: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof part !== 'string' || typeof from !== 'bigint') {
    throw noOverload('indexOf', text ?? null, part ?? null, from ?? null);
  }
  fuel.spend(text.length);
  const points = Array.from(text);
  if (from < 0n || from > BigInt(points.length)) {
    throw fault('the position is outside the text', { expected: `from 0 to ${points.length}`, found: String(from) });
  }
  const skipped = points.slice(0, Number(from)).join('').length;
  return pointsBefore(text, text.indexOf(part, skipped));
}

function lastIndexOf(within: Maybe, item: Maybe, fuel: Fuel): CelValue {
  if (typeof within === 'string' && typeof item === 'string') {
    fuel.spend(within.length);
    return pointsBefore(within, within.lastIndexOf(item));
  }
  const list = listOf('lastIndexOf', [within ?? null]);
  return BigInt(list.findLastIndex((each) => equals(each, item ?? null, fuel)));
}

function pointsBefore(text: string, unit: number): bigint {
  return unit < 0 ? -1n : BigInt(Array.from(text.slice(0, unit)).length);
}

function isSorted(list: CelList, fuel: Fuel): boolean {
  return list.every((item, index) => index === 0 || order(list[index - 1] ?? null, item, fuel) <= 0);
}

function sort(list: CelList, fuel: Fuel): CelList {
  fuel.spend(list.length);
  return list.toSorted((left, right) => order(left, right, fuel));
}

function extreme(name: 'min' | 'max', list: CelList, fuel: Fuel): CelValue {
  const [start, ...rest] = list;
  if (start === undefined) throw fault(`"${name}" needs a list that is not empty`);
  fuel.spend(list.length);
  let best = start;
  for (const item of rest) {
    const difference = order(item, best, fuel);
    if (name === 'min' ? difference < 0 : difference > 0) best = item;
  }
  return read(best);
}

function order(left: CelItem, right: CelItem, fuel: Fuel): number {
  fuel.spend(1);
  return compare(read(left), read(right), fuel);
}

function sum(list: CelList, fuel: Fuel): CelValue {
  fuel.spend(list.length);
  let total: CelValue = 0n;
  for (const item of list) total = applyBinary('+', total, read(item), fuel);
  return total;
}

function distinct(list: CelList, fuel: Fuel): CelList {
  const seen: CelItem[] = [];
  for (const item of list) {
    if (!seen.some((each) => equals(each, item, fuel))) seen.push(item);
  }
  return seen;
}

function reverse(list: CelList, fuel: Fuel): CelList {
  fuel.spend(list.length);
  return list.toReversed();
}

function slice(list: CelList, from: Maybe, to: Maybe, fuel: Fuel): CelList {
  if (typeof from !== 'bigint' || typeof to !== 'bigint') throw noOverload('slice', list, from ?? null, to ?? null);
  if (from < 0n || to < from || to > BigInt(list.length)) {
    throw fault('the slice is outside the list', { expected: `from 0 to ${list.length}`, found: `${from} to ${to}` });
  }
  fuel.spend(Number(to - from));
  return list.slice(Number(from), Number(to));
}

function flatten(list: CelList, depth: number, fuel: Fuel): CelList {
  const flat: CelItem[] = [];
  for (const item of list) {
    fuel.spend(1);
    if (depth === 0 || !isList(item)) {
      flat.push(item);
      continue;
    }
    for (const inner of flatten(item, depth - 1, fuel)) flat.push(inner);
  }
  return flat;
}

function depthOf(depth: Maybe): number {
  if (typeof depth === 'bigint' && depth >= 0n && depth <= 512n) return Number(depth);
  throw fault('"flatten" needs a depth from 0 to 512', {
    found: typeof depth === 'bigint' ? String(depth) : typeOf(depth ?? null),
  });
}
