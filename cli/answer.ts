import { catalogue, type Session } from '#crds';
import { isFinal, type SessionFolder } from '#controller';
import type { Shell } from './commands/verb.ts';
import type { Ended } from './drive.ts';
import { exitCodes } from './exit.ts';
import { duration } from './output/duration.ts';
import { oneLine } from './output/printable.ts';
import { printResult, type ResultFormat } from './output/result.ts';
import { asks, peopleText, visible } from './people/gate-text.ts';
import { readGates } from './people/gates.ts';

/** What came of a Session on this machine, and where to go from there. Gives the exit code. */
export async function report(
  ended: Ended & { readonly folder: SessionFolder },
  output: ResultFormat,
  state: string | undefined,
  shell: Shell,
): Promise<number> {
  const code = answer(ended, output, shell);
  await sayWhatNext(ended.session, ended.folder, state, shell);
  return code;
}

/** Only a result is an answer; how it ended, and why there is none, goes where progress goes. Gives the exit code. */
export function answer({ session, result, tookMs }: Ended, output: ResultFormat, { terminal }: Shell): number {
  const { phase, conditions } = session.status;
  const lacksResult = phase !== undefined && withoutResult.has(phase);
  if (output !== 'text' || !lacksResult) terminal.answer(printResult(session, result, output));
  const closing = closingText(session, tookMs);
  if (closing !== null) terminal.say(closing);
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

/** The last word on a Session: how it stands and why; null while it goes on elsewhere. */
function closingText({ metadata: { name }, status }: Session, tookMs: number): string | null {
  const { phase, message = '' } = status;
  if (phase === undefined || (!isFinal(phase) && !withoutResult.has(phase))) return null;
  const took = isFinal(phase) ? ` in ${duration(tookMs)}` : '';
  return `Session ${name} ${phase}${took}${message === '' ? '' : `: ${oneLine(message)}`}`;
}

/** The commands that go on from there: where a Session is parked, with the gates that wait. */
async function sayWhatNext(
  session: Session,
  folder: SessionFolder,
  state: string | undefined,
  shell: Shell,
): Promise<void> {
  const { phase } = session.status;
  const { terminal } = shell;
  const name = `${session.metadata.name}${state === undefined ? '' : ` --state ${state}`}`;
  if (isFinal(phase)) terminal.say(`  orket describe session ${name}`);
  if (phase === 'Paused') terminal.say(`  orket resume ${name}`);
  if (phase !== 'AwaitingApproval') return;
  const { gates } = await readGates(folder.path);
  const open = gates.filter(({ decided }) => decided === null);
  for (const gate of open) {
    const { id, opened } = gate;
    const { kind, name: callable, message } = opened.body;
    // Of a single one the Session has just said so.
    if (open.length > 1)
      terminal.say(visible(`${id} asks ${asks[kind]}${callable === '' ? '' : ` ${callable}`}: ${message}`));
    const people = peopleText(gate);
    if (people !== null) terminal.say(visible(`  ${people}`));
    if (opened.body.expiresAt !== null)
      terminal.say(`  until ${opened.body.expiresAt}, after that: orket resume ${name}`);
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
