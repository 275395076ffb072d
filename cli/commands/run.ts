import { Option } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrketError, type Resource } from '#crds';
import { parsePinned } from '#controller';
import { answer } from '../answer.ts';
import type { Ended } from '../drive.ts';
import { keyValue, resultFormat, withGates, withTarget } from '../flags.ts';
import { readInputs } from '../inputs.ts';
import { chooseFlow } from '../load.ts';
import { runHere, type HereFlags } from '../run-here.ts';
import type { Chosen } from '../resolve-here.ts';
import { runOnCluster } from '../run-on-cluster.ts';
import { clusterTarget, type TargetFlags } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

interface RunFlags extends TargetFlags, HereFlags {
  readonly flow?: string;
  readonly input: Readonly<Record<string, string>>;
  readonly inputs?: string;
  readonly detach?: true;
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
  const choose = (resources: readonly Resource[]): Chosen => ({
    flow: chooseFlow(resources, flags.flow, what),
    resources,
  });
  return runHere({ what, choose, inputs }, flags, shell);
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
  const startedMs = shell.terminal.clock();
  const session = await runOnCluster({ flow: what, inputs, detach: flags.detach === true, target }, shell);
  return { session, result: session.status.result ?? null, tookMs: shell.terminal.clock() - startedMs };
}
