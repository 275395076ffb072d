import { OrketError } from '#crds';

/**
 * Where in a Session something happens: segments joined by `/`, for example `review#1~1/t2~1/c1~1`.
 * A segment is a name, `#iteration` on steps, `~attempt` on steps, calls and model turns, both counted from 1.
 */
export interface Segment {
  /**
   * A step id, a branch of a parallel, `tN` (model turn), `cN` (Nth call of a turn), `kN` (Nth call of a tool), `gN` (gate),
   * `[i]` (item), `bN` and `eN` (Nth adjustment before and after a step).
   */
  readonly name: string;
  readonly iteration: number | null;
  readonly attempt: number | null;
}

const segmentPattern = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?|\[(?:0|[1-9]\d*)\])(?:#([1-9]\d*))?(?:~([1-9]\d*))?$/;
const ordinalPattern = /^([tckgbe])([1-9]\d*)$|^(\[)(\d+)\]$/;

/** Reads a path. Throws `Internal` for what is no path: paths are made by the runtime, never by users. */
export function parsePath(path: string): readonly Segment[] {
  return path === '' ? [] : path.split('/').map((text) => parseSegment(text, path));
}

/** The path of an attempt at what `base` names. */
export function attemptPath(base: string, attempt: number): string {
  return `${base}~${attempt}`;
}

/** The path of a child: `childPath('review#1~1', 't2')` is `review#1~1/t2`. */
export function childPath(path: string, segment: string): string {
  return path === '' ? segment : `${path}/${segment}`;
}

/** A path's base, which lacks the last attempt, and that attempt; ancestors keep theirs. */
export function splitAttempt(path: string): { readonly base: string; readonly attempt: number } {
  const at = path.lastIndexOf('~');
  if (at <= path.lastIndexOf('/')) return { base: path, attempt: 1 };
  return { base: path.slice(0, at), attempt: Number(path.slice(at + 1)) };
}

/** The path without any `~attempt`: the same in every run of the same bundle. */
export function stablePath(path: string): string {
  return path.replaceAll(/~[1-9]\d*/g, '');
}

/** Whether `path` lies below `ancestor`; the empty path is above all others. */
export function isBelow(path: string, ancestor: string): boolean {
  return ancestor === '' ? path !== '' : path.startsWith(`${ancestor}/`);
}

/** Orders paths segment by segment, with ordinals as numbers: `t2` comes before `t10`, a parent before its children. */
export function comparePaths(left: string, right: string): number {
  return left === right ? 0 : compareParsed(parsePath(left), parsePath(right));
}

/** The order of paths that were read before. */
export function compareParsed(a: readonly Segment[], b: readonly Segment[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const order = compareSegments(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSegments(a: Segment | undefined, b: Segment | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return compareNames(a, b) || (a.iteration ?? 0) - (b.iteration ?? 0) || (a.attempt ?? 0) - (b.attempt ?? 0);
}

function compareNames(a: Segment, b: Segment): number {
  if (a.name === b.name && (a.iteration === null) === (b.iteration === null)) return 0;
  const [left, right] = [ordinalOf(a), ordinalOf(b)];
  if (left.kind !== right.kind) return left.kind < right.kind ? -1 : 1;
  return left.number - right.number;
}

/**
 * What a name counts, and from where. A step may be called `t2` as well, but only steps have an iteration. A branch may
 * be, too: among others it has one place all the same, because names that count nothing come as if they counted to 0.
 */
function ordinalOf(segment: Segment): { readonly kind: string; readonly number: number } {
  const match = segment.iteration === null ? ordinalPattern.exec(segment.name) : null;
  if (match === null) return { kind: segment.name, number: 0 };
  return { kind: match[1] ?? match[3] ?? '', number: Number(match[2] ?? match[4]) };
}

function parseSegment(text: string, path: string): Segment {
  const match = segmentPattern.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined) {
    throw new OrketError('Internal', 'not a path', { at: path, expected: 'name[#iteration][~attempt]', found: text });
  }
  return { name, iteration: numberOrNull(match[2]), attempt: numberOrNull(match[3]) };
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
