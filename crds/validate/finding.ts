import type { JsonValue } from '../canonical/value.ts';
import type { Problem } from '../problem.ts';

/** A problem without the place in a file, which only whoever read the file knows. */
export type Finding = Omit<Problem, 'file' | 'line' | 'column'>;

/** No object gives more findings than this; what is left out is said in the last. */
export const MAX_FINDINGS = 100;

const MAX_SHOWN = 80;

/** A value as an error shows it: JSON, cut to a length that fits a line. Walks no more of it than it shows. */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return value.length === 1 ? 'a list with 1 item' : `a list with ${value.length} items`;
    return `an object with ${Object.keys(value).length} fields`;
  }
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_SHOWN) : value);
  return typeof value === 'string' && value.length > MAX_SHOWN ? `${text} (cut, ${value.length} in all)` : text;
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
