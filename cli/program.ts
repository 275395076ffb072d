import { Command, CommanderError } from 'commander';
import { adjust } from './commands/adjust.ts';
import { approve } from './commands/approve.ts';
import { call } from './commands/call.ts';
import { cancel } from './commands/cancel.ts';
import { deny } from './commands/deny.ts';
import { pause } from './commands/pause.ts';
import { resume } from './commands/resume.ts';
import { fork } from './commands/fork.ts';
import { retry } from './commands/retry.ts';
import { describe } from './commands/describe.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events.ts';
import { explain } from './commands/explain.ts';
import { exportVerb } from './commands/export.ts';
import { get } from './commands/get.ts';
import { repair } from './commands/repair.ts';
import { replay } from './commands/replay.ts';
import { run } from './commands/run.ts';
import { tree } from './commands/tree.ts';
import { validate } from './commands/validate.ts';
import { verify } from './commands/verify.ts';
import type { Shell, Verb } from './commands/verb.ts';
import { exitCodes, reportError } from './exit.ts';
import { usageError } from './usage.ts';

export const verbs: readonly Verb[] = [
  run,
  call,
  validate,
  get,
  describe,
  events,
  tree,
  approve,
  deny,
  pause,
  resume,
  cancel,
  retry,
  fork,
  adjust,
  verify,
  repair,
  replay,
  exportVerb,
  diff,
  explain,
];

/** The command line as commander has it. Help and usage errors go where `shell.terminal` says. */
function buildProgram(shell: Shell, version: string, settle: (code: number) => void): Command {
  const { terminal } = shell;
  const program = new Command(shell.plugin ? 'kubectl orket' : 'orket');
  program
    .description('Runs teams of AI agents the way Kubernetes runs workloads.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [verb]', 'show what a verb takes')
    .configureOutput({
      writeOut: (text) => terminal.answer(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
      // What is wrong with a command line is said as every other error is, where it ends.
      outputError: () => {},
    })
    .configureHelp({ helpWidth: 100, sortSubcommands: false });
  for (const verb of verbs) {
    verb(program, shell, async (action) => {
      try {
        settle(await action());
      } catch (error) {
        settle(reportError(error, terminal));
      }
    });
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  for (const command of [program, ...program.commands]) {
    command.exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help' ? error : usageError(error, command);
    });
  }
  program.addHelpText('after', exitHelp);
  return program;
}

const exitHelp = `
Exit codes: 0 succeeded, 2 usage or invalid manifests, 20 the Session failed, 21 parked, 22 cancelled,
23 broken journal or bundle, or a replay that diverged, 24 something outside could not be reached, 70 an internal error.`;

/** Runs one command line and gives its exit code. */
export async function execute(args: readonly string[], shell: Shell, version: string): Promise<number> {
  let code: number = exitCodes.succeeded;
  const program = buildProgram(shell, version, (settled) => {
    code = settled;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    if (args.length === 0) program.outputHelp({ error: true });
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, shell.terminal);
    return error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage;
  }
  return args.length === 0 ? exitCodes.usage : code;
}
