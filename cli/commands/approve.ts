import { Option } from 'commander';
import { resolve } from 'node:path';
import { conclude } from '#runtime';
import { exitCodes } from '../exit.ts';
import { localFlags, noteOption, resumeOption } from '../flags.ts';
import { openGoingOn, type LocalSession } from '../local-session.ts';
import { decidedText } from '../output/decided-text.ts';
import { decidingFlags, verdictOf, type ApproveFlags } from '../people/decision-flags.ts';
import { agreedDecision, boundTo, type Beside } from '../people/written-decision.ts';
import { expectNone, refusedHere } from '../people/expect.ts';
import { gateText, insteadText, peopleText } from '../people/gate-text.ts';
import { chooseGate, readGates } from '../people/gates.ts';
import { tell, type TellFlags } from '../people/tell.ts';
import type { Shell, Verb } from './verb.ts';

type Flags = ApproveFlags & TellFlags & { readonly yes?: true; readonly filename?: string };

export const approve: Verb = (program, shell, run) => {
  const command = program
    .command('approve')
    .argument('<session>', 'name of the Session')
    .argument('[gate]', 'the gate, as g12; may be left out where one waits')
    .summary('decide a gate in favour')
    .description(
      'Shows the call that waits at a gate and approves it, bound to exactly that call. Where what became of a call is unknown, says what to do. A Session that no process runs goes on here.',
    )
    .addOption(noteOption())
    .addOption(new Option('--input <file>', 'with this input instead, YAML or JSON'))
    .addOption(new Option('--retry', 'of an unknown outcome: make the call again'))
    .addOption(new Option('--outcome <file>', 'of an unknown outcome: take what the file says, {output} or {error}'))
    .addOption(new Option('--abort', 'of an unknown outcome: end the Session'))
    .addOption(fileOption())
    .addOption(new Option('-y, --yes', 'do not ask once more on a terminal'))
    .addOption(resumeOption());
  localFlags(command)
    .addHelpText(
      'after',
      '\nExamples:\n  orket approve review-4k2v7zq3ab g12 --note "looked at the diff"\n  orket approve review-4k2v7zq3ab g12 --input changed.yaml\n  orket approve review-4k2v7zq3ab g20 --retry',
    )
    .action(async (session: string, gate: string | undefined, flags: Flags) =>
      run(() =>
        decide(session, gate, flags, shell, {
          verb: 'approve',
          flags: decidingFlags(flags),
          verdict: (found) => verdictOf(flags, found, shell.terminal.cwd),
        }),
      ),
    );
};

export function fileOption(): Option {
  return new Option('-f, --filename <file>', 'what a file of decisions says, YAML or JSON');
}

/** What a command line decides by itself. */
interface Choice extends Omit<Beside, 'gate'> {
  readonly verdict: (gate: Parameters<typeof verdictOf>[1]) => ReturnType<typeof verdictOf>;
}

/** Shows a gate and decides it. Gives the exit code. */
export async function decide(
  session: string,
  gateName: string | undefined,
  flags: TellFlags & { readonly yes?: true; readonly filename?: string },
  shell: Shell,
  choice: Choice,
): Promise<number> {
  const { terminal } = shell;
  const local = await openGoingOn(session, flags, shell);
  const found = await readGates(local.folder.path);
  const path = flags.filename === undefined ? null : resolve(terminal.cwd, flags.filename);
  const written = path === null ? null : await agreedDecision(path, { ...choice, gate: gateName });
  const { name } = local.session.metadata;
  const gate = chooseGate(found, written?.gate ?? gateName, name);
  const { input, inputDigest } = gate.opened.body;
  const verdict = written === null ? await choice.verdict(gate) : boundTo(gate, written);
  expectNone(await refusedHere(local.folder, gate, verdict, found, terminal.clock()), name);
  terminal.say(gateText(gate, await found.read(input, inputDigest), terminal.clock()));
  if (verdict.input !== undefined) terminal.say(insteadText(verdict.input));
  if (flags.yes !== true && terminal.canAsk) {
    const line = await terminal.ask(`${verdict.verdict} ${gate.id}? [y/N] `, terminal.signal);
    if (!/^y(es)?$/i.test(line?.trim() ?? '')) {
      terminal.say('Nothing was decided.');
      return exitCodes.usage;
    }
  }
  return tell(local, { kind: 'decision', gate: gate.id, gateDigest: gate.digest, ...verdict }, flags, shell, () =>
    standingOf(gate.id, local, terminal.clock()),
  );
}

/** What becomes of a gate by what was said: how it is decided, or how many people it still takes. */
async function standingOf(id: string, { folder }: LocalSession, now: number): Promise<string | null> {
  const { gates, requester } = await readGates(folder.path);
  const gate = gates.find((one) => one.id === id);
  if (gate === undefined) return null;
  // Its record may be on its way still.
  const end = gate.decided?.body ?? conclude(gate.opened, gate.heard, requester, now);
  if (end !== null) return `${id} is ${decidedText(end)}`;
  const people = peopleText(gate);
  return people === null ? null : `${id} waits on: ${people}`;
}
