import { OrketError } from '#crds';
import { errorText } from './output/problems.ts';
import type { Terminal } from './terminal.ts';

/** The exit codes of every verb, as docs/reference/cli.md explains them. */
export const exitCodes = {
  succeeded: 0,
  usage: 2,
  failed: 20,
  parked: 21,
  cancelled: 22,
  integrity: 23,
  unreachable: 24,
  internal: 70,
} as const;

/** Says what went wrong and gives the exit code for it. An error that is not of the catalogue is our own mistake. */
export function reportError(error: unknown, terminal: Terminal): number {
  if (error instanceof OrketError) {
    terminal.say(`orket: ${errorText(error)}`);
    return error.exit;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.say(`orket: an internal error: this should not happen. What a journal holds is safe.\n${detail}`);
  return exitCodes.internal;
}
