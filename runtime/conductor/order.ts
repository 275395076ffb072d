import { comparePaths } from '../call/path.ts';

/** Where adjustments were applied: the place, and the seq of the record. */
export interface Placed {
  readonly place: string;
  readonly seq: number;
}

/**
 * Whether what was applied at a place is in effect at a path: it came before on the way there. Steps come one after
 * another, so what one brought holds for all after it. Branches of a block know nothing of each other until they join,
 * and a branch that was cancelled (`isLeft`, by its path) has brought nothing.
 */
export function reaches(place: string, path: string, isLeft: (branch: string) => boolean): boolean {
  const [from, to] = [place.split('/'), path.split('/')];
  const parting = partingOf(from, to);
  if (parting < Math.min(from.length, to.length) && isBranch(from[parting])) return false;
  return from.every((segment, index) => {
    return index < parting || !isBranch(segment) || !isLeft(from.slice(0, index + 1).join('/'));
  });
}

/** The order in which changes count, the same in every run: as they came, and across branches that of their paths. */
export function inOrder(a: Placed, b: Placed): number {
  const [left, right] = [a.place.split('/'), b.place.split('/')];
  const parting = partingOf(left, right);
  const [one, other] = [left[parting], right[parting]];
  if (one !== undefined && other !== undefined && isBranch(one)) return comparePaths(one, other);
  return a.seq - b.seq;
}

/** The first segment in which two paths differ. */
function partingOf(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((segment, at) => segment !== b[at]);
  return index < 0 ? a.length : index;
}

/** Of segments of a place only steps have an iteration. */
function isBranch(segment: string | undefined): boolean {
  return segment !== undefined && !segment.includes('#');
}
