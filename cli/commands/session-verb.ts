import type { Command, Option } from 'commander';
import { localFlags } from '../flags.ts';

/** How a verb about one Session of this machine is declared. */
export interface SessionVerb {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Besides `--state`, and before it. */
  readonly flags?: (command: Command) => Command;
  readonly examples: readonly string[];
}

/** Adds the verb to the program; what it does is up to its file. */
export function sessionVerb(program: Command, { name, summary, description, flags, examples }: SessionVerb): Command {
  const command = program
    .command(name)
    .argument('<session>', 'name of the Session')
    .summary(summary)
    .description(description);
  return localFlags(flags?.(command) ?? command).addHelpText('after', `\nExamples:\n  ${examples.join('\n  ')}`);
}

/** One option or several as `flags`. */
export function withOptions(...options: readonly Option[]): (command: Command) => Command {
  return (command) => options.reduce((before, option) => before.addOption(option), command);
}
