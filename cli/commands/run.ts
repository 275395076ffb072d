import { Option } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { catalogue, OrketError, type Session } from '#crds';
import { exitCodes } from '../exit.ts';
import { keyValue, withTarget } from '../flags.ts';
import { inputsOf } from '../inputs.ts';
import { printResult, type ResultFormat } from '../output/result.ts';
import { runHere } from '../run-here.ts';
import { runOnCluster } from '../run-on-cluster.ts';
import { stateDirOf, targetOf, type TargetFlags } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

export interface RunFlags extends TargetFlags {
  readonly flow?: string;
  readonly input: Readonly<Record<string, string>>;
  readonly inputs?: string;
  readonly detach?: true;
  readonly output: ResultFormat;
}

export const run: Verb = (program, shell, action) => {
  const command = program
    .command('run')
    .argument('<path-or-flow>', 'file or folder of manifests, REPO@REF[:PATH], or a Flow of the cluster')
    .summary('run one Flow')
    .description(
      'Runs one Flow from manifests, on this machine, or one that a cluster has. Shows progress, prints the result.',
    )
    .addOption(new Option('--flow <name>', 'which Flow, where the manifests hold several'))
    .addOption(
      new Option('--input <key=value>', 'one input, laid over those of the Flow; repeatable')
        .argParser(keyValue)
        .default({}, 'none'),
    )
    .addOption(new Option('--inputs <file>', 'inputs from a YAML or JSON file'))
    .addOption(new Option('--detach', 'on a cluster: create the Session and go'))
    .addOption(
      new Option('-o, --output <format>', 'how to print the result')
        .choices(['text', 'json', 'yaml', 'name'])
        .default('text'),
    );
  withTarget(command)
    .addHelpText(
      'after',
      '\nExamples:\n  orket run examples/01-hello\n  orket run examples/01-hello --input name=Ada -o json\n  orket run .@main:examples/02-review\n  kubectl orket run hello -n team --detach',
    )
    .action(async (what: string, flags: RunFlags) => action(() => start(what, flags, shell)));
};

async function start(what: string, flags: RunFlags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const inputs = await inputsOf(flags, terminal.cwd);
  const here = existsSync(resolve(terminal.cwd, what)) || what.includes('@') || what.includes('/');
  if (here && flags.detach === true) {
    throw new OrketError('Usage', 'a Session of this machine ends with its command', {
      expected: '--detach with a Flow of a cluster',
      found: `--detach with ${what}`,
      remedy: 'Leave it out, or put the command into the background of your shell.',
    });
  }
  const session = here
    ? await runHere({ what, flow: flags.flow, inputs, stateDir: stateDirOf(flags, terminal) }, shell)
    : await runOnCluster(
        { flow: what, inputs, detach: flags.detach === true, target: targetOf(flags, terminal, shell.plugin) },
        shell,
      );
  terminal.answer(printResult(session, flags.output));
  return exitCodeOf(session);
}

function exitCodeOf({ status }: Session): number {
  switch (status.phase) {
    case 'Failed':
      return failureCode(status.conditions?.find(({ type }) => type === 'Succeeded')?.reason);
    case 'Cancelled':
      return exitCodes.cancelled;
    case 'AwaitingApproval':
      return exitCodes.parked;
    default:
      return exitCodes.succeeded;
  }
}

/** A Session that failed because something outside could not be reached says so. */
function failureCode(reason = ''): number {
  const outside = Object.entries(catalogue).some(
    ([name, { exit }]) => name === reason && exit === exitCodes.unreachable,
  );
  return outside ? exitCodes.unreachable : exitCodes.failed;
}
