import { Option } from 'commander';
import { exitCodes } from '../exit.ts';
import { openRecorded } from '../recorded.ts';
import { treeOf, treeText } from '../output/tree.ts';
import type { Verb } from './verb.ts';
import { historyOf, isLocked } from '#runtime';

interface TreeFlags {
  readonly state?: string;
  readonly output: 'text' | 'json';
}

export const tree: Verb = (program, { terminal }, run) => {
  program
    .command('tree')
    .argument('<session>', 'name of a Session, the folder of one, or an archive')
    .summary('the calls of a Session as a tree')
    .description(
      'Shows steps, calls, model turns and gates below each other, with time, tokens, cost and how each ended.',
    )
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  orket tree review-4k2v7zq3ab\n  orket tree review.orket -o json')
    .action(async (session: string, flags: TreeFlags) =>
      run(async () => {
        const recorded = await openRecorded(session, flags, terminal);
        try {
          const isRun = recorded.kind === 'folder' && isLocked(recorded.path);
          const roots = treeOf(await historyOf(recorded.source), { isRun });
          const text = flags.output === 'json' ? JSON.stringify(roots, null, 2) : treeText(roots, terminal.clock());
          terminal.answer(text);
          return exitCodes.succeeded;
        } finally {
          await recorded.close();
        }
      }),
    );
};
