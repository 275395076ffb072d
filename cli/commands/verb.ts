import type { Command } from 'commander';
import type { Clock } from '#controller';
import type { Terminal } from '../terminal.ts';

/** What every verb is given: where it reads and writes, and how it was called. */
export interface Shell {
  readonly terminal: Terminal;
  /** True as `kubectl orket`. */
  readonly plugin: boolean;
  /** The command that runs one session process, before its own arguments. */
  readonly sessionCommand: readonly [string, ...string[]];
  /** Time and chance for what talks to a cluster. */
  readonly clock: Clock;
  /** A new random UUID. */
  readonly uuid: () => string;
}

/** A verb adds itself to the program; its action gives the exit code. */
export type Verb = (program: Command, shell: Shell, run: RunAction) => void;

/** Wraps an action so that its exit code, or its error, becomes that of the process. */
export type RunAction = (action: () => Promise<number>) => Promise<void>;
