import { localFlags, noteOption } from '../flags.ts';
import { expectGoingOn, openLocal } from '../local-session.ts';
import { tell } from '../people/tell.ts';
import type { Verb } from './verb.ts';

interface Flags {
  readonly state?: string;
  readonly note: string;
}

export const cancel: Verb = (program, shell, run) => {
  const command = program
    .command('cancel')
    .argument('<session>', 'name of the Session')
    .summary('end a Session')
    .description('Ends a Session in order as cancelled, also one that is parked or whose process is gone.')
    .addOption(noteOption());
  localFlags(command)
    .addHelpText('after', '\nExamples:\n  orket cancel review-4k2v7zq3ab')
    .action(async (session: string, flags: Flags) =>
      run(async () => {
        const local = await openLocal(session, flags, shell);
        expectGoingOn(local);
        const saying = { kind: 'control', control: 'cancel', note: flags.note } as const;
        return tell(local, saying, { ...flags, resume: true }, shell);
      }),
    );
};
