import { isLocked } from '#runtime';
import { report } from '../answer.ts';
import { exitCodes } from '../exit.ts';
import { gatesOf, withGates, type GateFlags } from '../flags.ts';
import { goOn, openGoingOn } from '../local-session.ts';
import { expectTaken, heard, say } from '../people/send.ts';
import { sessionVerb } from './session-verb.ts';
import type { Shell, Verb } from './verb.ts';

interface Flags extends GateFlags {
  readonly state?: string;
}

export const resume: Verb = (program, shell, run) => {
  sessionVerb(program, {
    name: 'resume',
    summary: 'go on with a Session that was paused, parked or broken off',
    description:
      'Goes on with a Session: one that was paused, one that is parked and has decisions in its inbox or a gate that has expired, or one whose process was killed. What its journal holds is not done again.',
    flags: withGates,
    examples: ['orket resume review-4k2v7zq3ab'],
  }).action(async (session: string, flags: Flags) => run(() => start(session, flags, shell)));
};

async function start(name: string, flags: Flags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const local = await openGoingOn(name, flags, shell);
  const { folder, session } = local;
  if (session.status.phase === 'Paused' || isLocked(folder.path)) {
    const id = say(folder, { kind: 'control', control: 'resume', note: '' }, shell);
    const outcome = await heard(folder, id, terminal.signal);
    expectTaken(outcome, session.metadata.name);
    if (outcome === 'taken') {
      terminal.say(`${session.metadata.name} goes on in the process that runs it`);
      return exitCodes.succeeded;
    }
  }
  return report(await goOn(local, gatesOf(flags, terminal), shell), 'text', flags.state, shell);
}
