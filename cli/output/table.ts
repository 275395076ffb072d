import { oneLine } from './printable.ts';

/** Between two columns. */
const gap = '   ';

/** A column that gives way where lines would be wider than a terminal. */
export interface Yielding {
  readonly heading: string;
  readonly columns: number;
}

/**
 * Rows under headings, as kubectl prints them: columns parted by three spaces, no borders, nothing after the last. What
 * does not fit into a column that yields ends with an ellipsis.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  yielding: Yielding | null = null,
): string {
  // What others wrote begins no row of its own.
  const lines = [headings, ...rows].map((line) => line.map(oneLine));
  const wanted = headings.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))));
  const widths = yielding === null ? wanted : narrowed(wanted, headings.indexOf(yielding.heading), yielding.columns);
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const most = widths[column] ?? 0;
          return pad(cut(cell, most), column === line.length - 1 ? 0 : most);
        })
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Narrower than that a column says nothing any more. */
const narrowest = 12;

function narrowed(widths: readonly number[], at: number, columns: number): readonly number[] {
  const now = widths[at];
  if (now === undefined) return widths;
  const whole = widths.reduce((sum, one) => sum + one, gap.length * (widths.length - 1));
  const room = Math.max(narrowest, now - Math.max(0, whole - columns));
  return widths.with(at, Math.min(now, room));
}

function cut(cell: string, columns: number): string {
  return width(cell) <= columns ? cell : `${[...cell].slice(0, columns - 1).join('')}…`;
}

function pad(cell: string, columns: number): string {
  return cell + ' '.repeat(Math.max(0, columns - width(cell)));
}

/** Code points, which is near enough for names, phases and messages. */
function width(cell: string): number {
  return [...cell].length;
}

/** The age of something as kubectl writes it: `45s`, `3m20s`, `5h30m`, `2d1h`, `12d`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days >= 8 || hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
}

/** How long something takes yet, to the nearest second or, from ten minutes on, minute: a week that has just begun is `7d`. */
export function left(milliseconds: number): string {
  const unit = milliseconds < 600_000 ? 1000 : 60_000;
  return age(Math.round(milliseconds / unit) * unit);
}
