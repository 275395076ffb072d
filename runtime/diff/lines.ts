/** A line that only one of two texts has. */
export interface LineChange {
  readonly side: 'before' | 'after';
  /** From 1, in the text of that side. */
  readonly line: number;
  readonly text: string;
}

/** Of each text; beyond that a text is told to be another, and not how. */
const maxLines = 2000;

/** What makes one text of the other, line by line and in order; null where one of them is too long to say. */
export function lineChanges(before: string, after: string): readonly LineChange[] | null {
  const [a, b] = [before.split('\n'), after.split('\n')];
  if (a.length > maxLines || b.length > maxLines) return null;
  const common = commonLengths(a, b);
  const changes: LineChange[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) [i, j] = [i + 1, j + 1];
    else if (right === undefined || (left !== undefined && at(common, i + 1, j) >= at(common, i, j + 1)))
      changes.push({ side: 'before', line: (i += 1), text: left ?? '' });
    else changes.push({ side: 'after', line: (j += 1), text: right });
  }
  return changes;
}

/** How many lines the rest of `a` from i and of `b` from j have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = rows[i];
    for (let j = b.length - 1; row !== undefined && j >= 0; j -= 1)
      row[j] = a[i] === b[j] ? at(rows, i + 1, j + 1) + 1 : Math.max(at(rows, i + 1, j), at(rows, i, j + 1));
  }
  return rows;
}

function at(rows: readonly Uint16Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
