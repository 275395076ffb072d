/** Rows under headings, as kubectl prints them: columns parted by three spaces, no borders, nothing after the last. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, column === line.length - 1 ? 0 : (widths[column] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(cell: string, columns: number): string {
  return cell + ' '.repeat(Math.max(0, columns - width(cell)));
}

/** Code points, which is near enough for names, phases and messages. */
function width(cell: string): number {
  return [...cell].length;
}

/** The age of something as kubectl writes it: `45s`, `3m20s`, `5h`, `12d`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
