import type { JsonValue } from '../canonical/value.ts';
import { counted } from '../counted.ts';
import type { Problem } from '../problem.ts';

/** A problem without the place in a file, which only whoever read the file knows. */
export interface Finding extends Omit<Problem, 'file' | 'line' | 'column'> {
  /** What `found` is about, where that is more than one thing or less than what `path` leads to. */
  readonly places?: readonly NamedPlace[];
}

/** A part of an object, what it is called there and its path. */
export interface NamedPlace {
  readonly what: string;
  readonly path: string;
}

/** No object gives more findings than this; what is left out is said in the last. */
export const MAX_FINDINGS = 100;

const MAX_SHOWN = 80;

/** A value as an error shows it: JSON, cut to a length that fits a line. Walks no more of it than it shows. */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return scalar(value);
  const text = compact(value, MAX_SHOWN);
  if (text !== undefined) return text;
  const size = Object.keys(value).length;
  return Array.isArray(value) ? `a list with ${counted(size, 'item')}` : `an object with ${counted(size, 'field')}`;
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value !== 'string' || value.length <= MAX_SHOWN) return JSON.stringify(value);
  return `${JSON.stringify(value.slice(0, MAX_SHOWN))} (cut, ${value.length} in all)`;
}

/** The JSON of a value, or nothing where that is longer than `room`. */
function compact(value: JsonValue, room: number): string | undefined {
  if (room <= 0) return undefined;
  if (typeof value !== 'object' || value === null) {
    const text = typeof value === 'string' && value.length > room ? undefined : JSON.stringify(value);
    return text === undefined || text.length > room ? undefined : text;
  }
  const isList = Array.isArray(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  let text = open;
  for (const [key, child] of Object.entries(value)) {
    const before = `${text === open ? '' : ', '}${isList ? '' : `${JSON.stringify(key.slice(0, room))}: `}`;
    const part = compact(child, room - text.length - before.length - 1);
    if (part === undefined) return undefined;
    text += before + part;
  }
  return `${text}${close}`;
}

/** Where each of some parts is; `placeOf` says how a path is told, by default as it is. */
export function shownPlaces(places: readonly NamedPlace[], placeOf: (path: string) => string = (path) => path): string {
  return places.map(({ what, path }) => `${what} at ${placeOf(path)}`).join(' and ');
}

/** `parent.key`, as the API server writes paths; `key` alone at the root. */
export function under(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Cuts a list of findings to the bound and says how many were left out. */
export function bounded(findings: readonly Finding[]): readonly Finding[] {
  const last = findings[MAX_FINDINGS];
  if (last === undefined) return findings;
  const rest = findings.length - MAX_FINDINGS;
  return [
    ...findings.slice(0, MAX_FINDINGS),
    {
      ...last,
      reason: 'TooManyProblems',
      path: '',
      message: `${rest} more problems are not shown`,
      expected: `at most ${MAX_FINDINGS} problems in one object`,
      found: `${findings.length}`,
      remedy: 'Correct the ones shown and check again.',
    },
  ];
}
