import { catalogue, type Session } from '#crds';
import type { SessionFolder } from '#controller';
import type { Shell } from './commands/verb.ts';
import type { Ended } from './drive.ts';
import { exitCodes } from './exit.ts';
import { printResult, type ResultFormat } from './output/result.ts';
import { peopleText, visible } from './people/gate-text.ts';
import { readGates } from './people/gates.ts';

/** Only a result is an answer; why there is none goes where progress goes. Gives the exit code. */
export function answer({ session, result }: Ended, output: ResultFormat, { terminal }: Shell): number {
  const { phase, message = '', conditions } = session.status;
  const lacksResult = phase !== undefined && withoutResult.has(phase);
  if (lacksResult) terminal.say(`Session ${session.metadata.name} ${phase}${message === '' ? '' : `: ${message}`}`);
  if (output !== 'text' || !lacksResult) terminal.answer(printResult(session, result, output));
  switch (phase) {
    case 'Failed':
      return failureCode(conditions?.find(({ type }) => type === 'Succeeded')?.reason);
    case 'Cancelled':
      return exitCodes.cancelled;
    case 'AwaitingApproval':
    case 'Paused':
      return exitCodes.parked;
    default:
      return exitCodes.succeeded;
  }
}

const withoutResult = new Set(['Failed', 'Cancelled', 'AwaitingApproval', 'Paused']);

/** Where a Session is parked: the gates that wait, and the commands that go on from there. */
export async function sayWhatNext(
  session: Session,
  folder: SessionFolder,
  state: string | undefined,
  shell: Shell,
): Promise<void> {
  const { phase } = session.status;
  const { terminal } = shell;
  const name = `${session.metadata.name}${state === undefined ? '' : ` --state ${state}`}`;
  if (phase === 'Paused') terminal.say(`Go on with: orket resume ${name}`);
  if (phase !== 'AwaitingApproval') return;
  const { gates } = await readGates(folder.path);
  for (const gate of gates) {
    const { id, opened, decided } = gate;
    if (decided !== null) continue;
    const { kind, name: callable, message } = opened.body;
    terminal.say(visible(`${id} waits${callable === '' ? '' : ` to call ${callable}`}: ${message}`));
    const people = peopleText(gate);
    if (people !== null) terminal.say(visible(`  ${people}`));
    if (opened.body.expiresAt !== null) terminal.say(`  until ${opened.body.expiresAt}`);
    const verbs =
      kind === 'unknown'
        ? [`approve ${name} ${id} --retry`, `approve ${name} ${id} --outcome FILE`, `approve ${name} ${id} --abort`]
        : [`approve ${name} ${id}`, `deny ${name} ${id}`];
    for (const verb of verbs) terminal.say(`  orket ${verb}`);
  }
}

/** A Session that failed because something outside could not be reached says so. */
function failureCode(reason = ''): number {
  const outside = Object.entries(catalogue).some(
    ([name, { exit }]) => name === reason && exit === exitCodes.unreachable,
  );
  return outside ? exitCodes.unreachable : exitCodes.failed;
}
