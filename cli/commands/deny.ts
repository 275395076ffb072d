import { Option } from 'commander';
import { localFlags, noteOption, resumeOption } from '../flags.ts';
import type { TellFlags } from '../people/tell.ts';
import { decidingFlags } from '../people/decision-flags.ts';
import { decide, fileOption } from './approve.ts';
import type { Verb } from './verb.ts';

type Flags = TellFlags & { readonly note: string; readonly yes?: true; readonly filename?: string };

export const deny: Verb = (program, shell, run) => {
  const command = program
    .command('deny')
    .argument('<session>', 'name of the Session')
    .argument('[gate]', 'the gate, as g12; may be left out where one waits')
    .summary('decide a gate against')
    .description(
      'Shows the call that waits at a gate and denies it. Who asked for it, often a model, is told so with the note, and may do something else.',
    )
    .addOption(noteOption())
    .addOption(fileOption())
    .addOption(new Option('-y, --yes', 'do not ask once more on a terminal'))
    .addOption(resumeOption());
  localFlags(command)
    .addHelpText(
      'after',
      '\nExamples:\n  orket deny review-4k2v7zq3ab g12 --note "not before the release"\n  orket deny review-4k2v7zq3ab -f approvals/release.yaml',
    )
    .action(async (session: string, gate: string | undefined, flags: Flags) =>
      run(() =>
        decide(session, gate, flags, shell, {
          verb: 'deny',
          flags: decidingFlags(flags),
          verdict: async () => ({ verdict: 'deny', note: flags.note }),
        }),
      ),
    );
};
