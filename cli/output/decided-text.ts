import type { RecordBodies } from '#runtime';

/** How a gate ended and by whom. An approval that nobody gave is what a rule makes of a gate that expires. */
export function decidedText({ verdict, by }: Pick<RecordBodies['gate.decided'], 'verdict' | 'by'>): string {
  if (by.length > 0) return `${verdict} by ${by.map(({ name }) => name).join(', ')}`;
  return verdict === 'approved' ? 'approved, as nobody decided in time' : verdict;
}
