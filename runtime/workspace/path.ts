import type { FileLimits } from '../semantics/semantics.ts';
import { isReservedName } from './names.ts';
import { PathRefused, type PathRule } from './refusal.ts';
import type { SpaceName } from './workspace.ts';

/** A path that was read and found to be inside its space by its letters; links are another matter. */
export interface SpacePath {
  readonly space: SpaceName;
  /** Empty for the space itself. */
  readonly segments: readonly string[];
  /** The one way to write it, `space:a/b`. */
  readonly text: string;
}

export type PathLimits = Pick<FileLimits, 'pathBytes' | 'nameBytes' | 'depth'>;

const referencePattern = /^reference:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?::(.*))?$/su;
const spacePattern = /^(workspace|domain|launch):(.*)$/su;

/**
 * Reads `space:a/b`; without a space it is the Workspace, and `.` or nothing after the space is the space itself.
 * Every file has one path: nothing is normalised, what is not in that form is refused.
 */
export function parsePath(text: string, limits: PathLimits): SpacePath {
  if (text.length > limits.pathBytes) throw new PathRefused(text, 'too-long');
  const { space, rest } = split(text);
  const segments = rest === '' || rest === '.' ? [] : rest.split('/');
  const rule = brokenRule(rest, segments, limits);
  if (rule !== null) throw new PathRefused(text, rule);
  return pathOf(space, segments);
}

export function pathOf(space: SpaceName, segments: readonly string[]): SpacePath {
  return { space, segments, text: `${space}:${segments.join('/')}` };
}

function split(text: string): { readonly space: SpaceName; readonly rest: string } {
  const reference = referencePattern.exec(text);
  if (reference !== null) return { space: `reference:${reference[1] ?? ''}`, rest: reference[2] ?? '' };
  const [, space, rest] = spacePattern.exec(text) ?? [];
  if (space === 'workspace' || space === 'domain' || space === 'launch') return { space, rest: rest ?? '' };
  if (text.includes(':')) throw new PathRefused(text, 'unknown-space');
  return { space: 'workspace', rest: text };
}

/** The first rule that a path inside a space breaks, null for none. */
export function brokenRule(rest: string, segments: readonly string[], limits: PathLimits): PathRule | null {
  if (Buffer.byteLength(rest) > limits.pathBytes) return 'too-long';
  const rule = brokenForm(rest, segments);
  if (rule !== null) return rule;
  if (segments.length > limits.depth) return 'too-deep';
  return segments.some((segment) => Buffer.byteLength(segment) > limits.nameBytes) ? 'too-long' : null;
}

/** The same without what bounds its size: also what a path out of a journal must pass, which was bounded when it was recorded. */
export function brokenForm(rest: string, segments: readonly string[]): PathRule | null {
  if (!rest.isWellFormed()) return 'lone-surrogate';
  if (rest.includes('\u{FFFD}')) return 'not-utf8';
  if (/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u.test(rest)) return 'control-character';
  if (rest.includes('\\')) return 'backslash';
  if (rest.startsWith('/')) return 'absolute';
  for (const segment of segments) {
    const rule = brokenSegment(segment);
    if (rule !== null) return rule;
  }
  return null;
}

function brokenSegment(segment: string): PathRule | null {
  if (segment === '') return 'empty-segment';
  if (segment === '.') return 'dot-segment';
  if (segment === '..') return 'parent-segment';
  return isReservedName(segment) ? 'reserved-name' : null;
}
