import { retrySession, SessionFolder } from '#controller';
import { report } from '../answer.ts';
import { drive } from '../drive.ts';
import { gatesOf, withGates, type GateFlags } from '../flags.ts';
import { followingLaunch } from '../following-launch.ts';
import { openLocal, pinned } from '../local-session.ts';
import { Progress } from '../output/progress.ts';
import { requestOf } from '../request.ts';
import { sessionVerb } from './session-verb.ts';
import type { Shell, Verb } from './verb.ts';

interface Flags extends GateFlags {
  readonly state?: string;
}

export const retry: Verb = (program, shell, run) => {
  sessionVerb(program, {
    name: 'retry',
    summary: 'run the same again as a new Session',
    description:
      'Makes a new Session that runs the same bundle with the same inputs from the beginning. The old one stays as it is.',
    flags: withGates,
    examples: ['orket retry review-4k2v7zq3ab'],
  }).action(async (session: string, flags: Flags) => run(() => start(session, flags, shell)));
};

async function start(name: string, flags: Flags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const { session: before, folder: old, stateDir } = await openLocal(name, flags, shell);
  const session = retrySession(before, requestOf(shell));
  const folder = new SessionFolder(stateDir, session.metadata.name);
  const { bundle, ...rest } = await pinned(old, shell);
  const progress = new Progress(terminal);
  progress.note(`Session ${session.metadata.name}, as ${before.metadata.name} was`);
  const ended = await drive(
    {
      ...rest,
      bundle: { ...bundle, launch: followingLaunch(bundle, session, folder) },
      session,
      folder,
      stateDir,
      template: { maxAttempts: 3 },
      ...gatesOf(flags, terminal),
      takeOver: null,
      progress,
    },
    shell,
  );
  return report(ended, 'text', flags.state, shell);
}
