const MAX_WORD = 64;
const MAX_CANDIDATES = 256;

/**
 * The candidate nearest to a misspelt word, or nothing where none is near. Near means at most one slip for each three
 * characters, a slip being a missing, extra, wrong or swapped character. Words over 64 characters are never near.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestSlips = Math.max(1, Math.floor(lower.length / 3)) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    if (++seen > MAX_CANDIDATES) break;
    if (candidate === word || candidate.length > MAX_WORD) continue;
    if (Math.abs(candidate.length - lower.length) >= bestSlips) continue;
    const slips = slipsBetween(lower, candidate.toLowerCase());
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
}

/** `Did you mean "x"? ` before a remedy, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = suggest(word, candidates);
  return near === undefined ? '' : `Did you mean ${JSON.stringify(near)}? `;
}

/** Optimal string alignment distance, three rows at a time. */
function slipsBetween(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const wrong = a[row - 1] === b[column - 1] ? 0 : 1;
      let slips = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + wrong);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, at(beforePrevious, column - 2) + 1);
      }
      current.push(slips);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
