import { report } from '../answer.ts';
import type { Shell } from '../commands/verb.ts';
import { exitCodes } from '../exit.ts';
import { gatesOf } from '../flags.ts';
import { goOn, type LocalSession } from '../local-session.ts';
import { expectTaken, heard, say, type Saying } from './send.ts';

export interface TellFlags {
  readonly state?: string;
  /** False with `--no-resume`. */
  readonly resume: boolean;
}

/**
 * Tells a Session something through its inbox. A process that runs it takes it up at once; else the Session goes on here,
 * with what was said, unless that is not wanted. Gives the exit code.
 */
export async function tell(
  local: LocalSession,
  saying: Saying,
  flags: TellFlags,
  shell: Shell,
  /** What came of it in a process that took it up, where there is something to say. */
  standing: () => Promise<string | null> = async () => null,
): Promise<number> {
  const { folder, session } = local;
  const { terminal } = shell;
  const { name } = session.metadata;
  const id = say(folder, saying, shell);
  const outcome = await heard(folder, id, terminal.signal);
  expectTaken(outcome, name);
  if (saying.kind === 'adjustment')
    terminal.say(`This takes it back: orket adjust ${name}${stateText(flags)} revert ${id}`);
  if (outcome === 'taken') {
    terminal.say((await standing()) ?? `${name} took it up`);
    return exitCodes.succeeded;
  }
  if (!flags.resume) {
    terminal.say(`Left in the inbox of ${name}; it goes on with: orket resume ${name}`);
    return exitCodes.succeeded;
  }
  // Whoever sits here is asked what comes next as well; without a terminal the Session parks there at once.
  const { approvals } = gatesOf({}, terminal);
  const said = saying.kind === 'decision' ? new Map([[id, Number(saying.gate.slice(1))]]) : new Map<string, number>();
  const ended = await goOn(local, { approvals, parkAfterMs: approvals === 'ask' ? null : 0, said }, shell);
  return report(ended, 'text', flags.state, shell);
}

function stateText({ state }: TellFlags): string {
  return state === undefined ? '' : ` --state ${state}`;
}
