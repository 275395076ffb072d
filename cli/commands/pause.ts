import { localFlags, noteOption } from '../flags.ts';
import { expectGoingOn, openLocal } from '../local-session.ts';
import { tell } from '../people/tell.ts';
import type { Verb } from './verb.ts';

interface Flags {
  readonly state?: string;
  readonly note: string;
}

export const pause: Verb = (program, shell, run) => {
  const command = program
    .command('pause')
    .argument('<session>', 'name of the Session')
    .summary('stop between steps, until it is resumed')
    .description('Pauses a Session: nothing new begins, and its process goes away. It goes on with `orket resume`.')
    .addOption(noteOption());
  localFlags(command)
    .addHelpText('after', '\nExamples:\n  orket pause review-4k2v7zq3ab')
    .action(async (session: string, flags: Flags) =>
      run(async () => {
        const local = await openLocal(session, flags, shell);
        expectGoingOn(local);
        const saying = { kind: 'control', control: 'pause', note: flags.note } as const;
        return tell(local, saying, { ...flags, resume: true }, shell);
      }),
    );
};
