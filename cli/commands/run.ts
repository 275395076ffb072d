import { Option } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrketError } from '#crds';
import { parsePinned } from '#controller';
import { answer, sayWhatNext } from '../answer.ts';
import type { Ended } from '../drive.ts';
import { gatesOf, keyValue, resultFormat, withGates, withTarget, type GateFlags } from '../flags.ts';
import { readInputs } from '../inputs.ts';
import type { ResultFormat } from '../output/result.ts';
import { chooseFlow } from '../load.ts';
import { runHere } from '../run-here.ts';
import { runOnCluster } from '../run-on-cluster.ts';
import { clusterTarget, stateDirOf, type TargetFlags } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

interface RunFlags extends TargetFlags, GateFlags {
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
      'Runs one Flow from manifests, on this machine, or one that a cluster has. Shows progress, prints the result. An interrupt cancels the Session.',
    )
    .addOption(new Option('--flow <name>', 'which Flow, where the manifests hold several'))
    .addOption(
      new Option('--input <key=value>', 'one input, laid over those of the Flow; repeatable')
        .argParser(keyValue)
        .default({}, 'none'),
    )
    .addOption(new Option('--inputs <file>', 'inputs from a YAML or JSON file'))
    .addOption(new Option('--detach', 'on a cluster: create the Session and go'))
    .addOption(resultFormat());
  withTarget(withGates(command))
    .addHelpText(
      'after',
      '\nExamples:\n  orket run examples/01-hello\n  orket run examples/01-hello --input name=Ada -o json\n  orket run .@main:examples/02-review\n  kubectl orket run hello -n team --detach',
    )
    .action(async (what: string, flags: RunFlags) => action(() => start(what, flags, shell)));
};

async function start(what: string, flags: RunFlags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const inputs = await readInputs(flags, terminal.cwd);
  const here = existsSync(resolve(terminal.cwd, what)) || what.includes('/') || parsePinned(what) !== undefined;
  if (here && flags.detach === true) {
    throw new OrketError('Usage', 'a Session of this machine ends with its command', {
      at: '--detach',
      expected: 'a Flow of a cluster',
      found: what,
      remedy: 'Leave it out, or put the command into the background of your shell.',
    });
  }
  if (!here) return answer(await onCluster(what, flags, inputs, shell), flags.output, shell);
  const ended = await runHere(
    {
      what,
      choose: (resources) => ({ flow: chooseFlow(resources, flags.flow, what), resources }),
      namespace: flags.namespace ?? null,
      inputs,
      stateDir: stateDirOf(flags, terminal),
      gates: gatesOf(flags, terminal),
    },
    shell,
  );
  const code = answer(ended, flags.output, shell);
  await sayWhatNext(ended.session, ended.folder, flags.state, shell);
  return code;
}

async function onCluster(
  what: string,
  flags: RunFlags,
  inputs: Awaited<ReturnType<typeof readInputs>>,
  shell: Shell,
): Promise<Ended> {
  const target = clusterTarget(flags, shell.terminal, shell.plugin);
  if (target === null) {
    throw new OrketError('NotFound', 'there is nothing at this path', {
      at: what,
      expected: 'a file or folder of manifests, REPO@REF, or with --kubeconfig or --context a Flow of a cluster',
      found: 'nothing',
      remedy: 'Check the spelling, or run it from another folder.',
    });
  }
  const session = await runOnCluster({ flow: what, inputs, detach: flags.detach === true, target }, shell);
  return { session, result: session.status.result ?? null };
}
