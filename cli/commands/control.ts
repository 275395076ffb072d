import type { Control } from '#runtime';
import { noteOption } from '../flags.ts';
import { openGoingOn } from '../local-session.ts';
import { tell } from '../people/tell.ts';
import { sessionVerb, withOptions } from './session-verb.ts';
import type { Verb } from './verb.ts';

interface Flags {
  readonly state?: string;
  readonly note: string;
}

/** A verb that says one word to a Session, whether a process runs it or not. */
export function controlVerb(
  control: Exclude<Control['control'], 'resume'>,
  texts: { readonly summary: string; readonly description: string },
): Verb {
  return (program, shell, run) => {
    sessionVerb(program, {
      name: control,
      ...texts,
      flags: withOptions(noteOption()),
      examples: [`orket ${control} review-4k2v7zq3ab --note "wrong branch"`],
    }).action(async (session: string, flags: Flags) =>
      run(async () => {
        const local = await openGoingOn(session, flags, shell);
        return tell(local, { kind: 'control', control, note: flags.note }, { ...flags, resume: true }, shell);
      }),
    );
  };
}
