/** How long something took, as finely as a person needs it: `30ms`, `2.5s`, `1m05s`, `2h03m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${`${seconds % 60}`.padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h${`${Math.floor((seconds % 3600) / 60)}`.padStart(2, '0')}m`;
}
