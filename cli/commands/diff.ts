import { Option } from 'commander';
import { diffSessions } from '#runtime';
import { exitCodes } from '../exit.ts';
import { diffText } from '../output/diff.ts';
import { openRecorded } from '../recorded.ts';
import type { Verb } from './verb.ts';

interface DiffFlags {
  readonly state?: string;
  readonly output: 'text' | 'json';
}

export const diff: Verb = (program, { terminal }, run) => {
  program
    .command('diff')
    .argument('<a>', 'name of a Session, the folder of one, or an archive')
    .argument('<b>', 'another')
    .summary('what is different about two Sessions')
    .description('Compares what two Sessions ran, field by field, and what came of it, path by path.')
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket diff review-4k2v7zq3ab review-9x1m3b7wqe\n  orket diff before.orket after.orket -o json',
    )
    .action(async (one: string, other: string, flags: DiffFlags) =>
      run(async () => {
        const before = await openRecorded(one, flags, terminal);
        try {
          const after = await openRecorded(other, flags, terminal);
          try {
            const found = await diffSessions(await before.recording(), await after.recording());
            terminal.answer(flags.output === 'json' ? JSON.stringify(found, null, 2) : diffText(found));
            return exitCodes.succeeded;
          } finally {
            await after.close();
          }
        } finally {
          await before.close();
        }
      }),
    );
};
