import { fault } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { noOverload } from './operators.ts';
import { Pattern } from './pattern.ts';
import { isList, type CelFunction, type CelValue } from './value.ts';

/** The methods of strings that Kubernetes has. Positions count code points. */
export const textFunctions: readonly (readonly [string, CelFunction])[] = [
  ['.contains/1', (args, fuel) => onTexts('contains', args, fuel, (text, part) => text.includes(part))],
  ['.startsWith/1', (args, fuel) => onTexts('startsWith', args, fuel, (text, part) => text.startsWith(part))],
  ['.endsWith/1', (args, fuel) => onTexts('endsWith', args, fuel, (text, part) => text.endsWith(part))],
  [
    '.matches/1',
    (args, fuel) => onTexts('matches', args, fuel, (text, source) => compiled(source, fuel).test(text, fuel)),
  ],
  [
    'matches/2',
    (args, fuel) => onTexts('matches', args, fuel, (text, source) => compiled(source, fuel).test(text, fuel)),
  ],
  ['.find/1', (args, fuel) => onTexts('find', args, fuel, (text, source) => first(compiled(source, fuel), text, fuel))],
  ['.findAll/1', ([text, source], fuel) => findAll(text, source, -1n, fuel)],
  ['.findAll/2', ([text, source, limit], fuel) => findAll(text, source, limit, fuel)],
  ['.lowerAscii/0', (args, fuel) => onText('lowerAscii', args, fuel, (text) => text.replace(/[A-Z]+/g, lower))],
  ['.upperAscii/0', (args, fuel) => onText('upperAscii', args, fuel, (text) => text.replace(/[a-z]+/g, upper))],
  ['.trim/0', (args, fuel) => onText('trim', args, fuel, trim)],
  ['.charAt/1', ([text, at], fuel) => charAt(text, at, fuel)],
  ['.substring/1', ([text, from], fuel) => substring(text, from, undefined, fuel)],
  ['.substring/2', ([text, from, to], fuel) => substring(text, from, to, fuel)],
  ['.replace/2', ([text, from, to], fuel) => replace(text, from, to, -1n, fuel)],
  ['.replace/3', ([text, from, to, limit], fuel) => replace(text, from, to, limit, fuel)],
  ['.split/1', ([text, separator], fuel) => split(text, separator, -1n, fuel)],
  ['.split/2', ([text, separator, limit], fuel) => split(text, separator, limit, fuel)],
  ['.join/0', ([list], fuel) => join(list, '', fuel)],
  ['.join/1', ([list, separator], fuel) => join(list, separator, fuel)],
];

type Maybe = CelValue | undefined;

function onText(name: string, args: readonly CelValue[], fuel: Fuel, run: (text: string) => CelValue): CelValue {
  const [text = null] = args;
  if (typeof text !== 'string') throw noOverload(name, ...args);
  fuel.spendText(text.length);
  return run(text);
}

function onTexts(
  name: string,
  args: readonly CelValue[],
  fuel: Fuel,
  run: (text: string, other: string) => CelValue,
): CelValue {
  const [text = null, other = null] = args;
  if (typeof text !== 'string' || typeof other !== 'string') throw noOverload(name, ...args);
  fuel.spendText(text.length + other.length);
  return run(text, other);
}

const lower = (letters: string): string => letters.toLowerCase();
const upper = (letters: string): string => letters.toUpperCase();

function compiled(source: string, fuel: Fuel): Pattern {
  return Pattern.compiled(source, fuel);
}

function first(pattern: Pattern, text: string, fuel: Fuel): string {
  return pattern.find(text, 1, fuel)[0] ?? '';
}

function findAll(text: Maybe, source: Maybe, limit: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof source !== 'string' || typeof limit !== 'bigint') {
    throw noOverload('findAll', text ?? null, source ?? null, limit ?? null);
  }
  return Pattern.compiled(source, fuel).find(text, bound(limit), fuel);
}

/** Runs a method whose pattern was compiled with the expression. */
export function runPattern(key: string, pattern: Pattern, args: readonly CelValue[], fuel: Fuel): CelValue {
  const [text = null, , limit = -1n] = args;
  if (typeof text !== 'string' || typeof limit !== 'bigint') throw noOverload(key, ...args);
  if (key.startsWith('.findAll')) return pattern.find(text, bound(limit), fuel);
  return key.startsWith('.find') ? first(pattern, text, fuel) : pattern.test(text, fuel);
}

/** White space as Unicode has it. No regular expression: those look at inner spaces again and again. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return /\p{White_Space}/u.test(String.fromCharCode(unit));
}

function charAt(text: Maybe, at: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof at !== 'bigint') throw noOverload('charAt', text ?? null, at ?? null);
  const points = pointsOf(text, fuel);
  return points[position(at, points.length)] ?? '';
}

function substring(text: Maybe, from: Maybe, to: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof from !== 'bigint' || (to !== undefined && typeof to !== 'bigint')) {
    throw noOverload('substring', text ?? null, from ?? null, to ?? null);
  }
  const points = pointsOf(text, fuel);
  const end = to === undefined ? points.length : position(to, points.length);
  const start = position(from, end);
  return typeof points === 'string' ? points.slice(start, end) : points.slice(start, end).join('');
}

function replace(text: Maybe, from: Maybe, to: Maybe, limit: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof from !== 'string' || typeof to !== 'string' || typeof limit !== 'bigint') {
    throw noOverload('replace', text ?? null, from ?? null, to ?? null, limit ?? null);
  }
  fuel.spend(text.length);
  const pieces = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  const count = Math.min(bound(limit), pieces.length - 1);
  fuel.spendText(text.length + count * to.length);
  const changed = pieces.slice(0, count + 1).join(to);
  return [changed, ...pieces.slice(count + 1)].join(from);
}

function split(text: Maybe, separator: Maybe, limit: Maybe, fuel: Fuel): CelValue {
  if (typeof text !== 'string' || typeof separator !== 'string' || typeof limit !== 'bigint') {
    throw noOverload('split', text ?? null, separator ?? null, limit ?? null);
  }
  fuel.spend(text.length);
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  const count = bound(limit);
  if (pieces.length <= count) return pieces;
  return count === 0 ? [] : [...pieces.slice(0, count - 1), pieces.slice(count - 1).join(separator)];
}

function join(list: Maybe, separator: Maybe, fuel: Fuel): CelValue {
  if (list === undefined || !isList(list) || typeof separator !== 'string') {
    throw noOverload('join', list ?? null, separator ?? null);
  }
  const texts: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string') throw fault('"join" needs a list of strings', { found: typeof item });
    fuel.spend(1);
    fuel.spendText(item.length + separator.length);
    texts.push(item);
  }
  return texts.join(separator);
}

/** Code points by position; a text without surrogates is its own list. */
function pointsOf(text: string, fuel: Fuel): string | readonly string[] {
  if (!/[\ud800-\udfff]/.test(text)) {
    fuel.spendText(text.length);
    return text;
  }
  fuel.spend(text.length);
  return Array.from(text);
}

function position(at: bigint, length: number): number {
  if (at >= 0n && at <= BigInt(length)) return Number(at);
  throw fault('the position is outside the text', { expected: `from 0 to ${length}`, found: String(at) });
}

/** Negative means all. */
function bound(limit: bigint): number {
  return limit < 0n || limit > 1_000_000_000n ? Number.POSITIVE_INFINITY : Number(limit);
}
