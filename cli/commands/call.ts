import { Option } from 'commander';
import { resolve } from 'node:path';
import { keyValue, localFlags, resultFormat, withGates } from '../flags.ts';
import { readInputs } from '../inputs.ts';
import { oneStepFlow } from '../one-step.ts';
import { runHere, type HereFlags } from '../run-here.ts';
import type { Shell, Verb } from './verb.ts';

interface CallFlags extends HereFlags {
  readonly band?: string;
  readonly venue?: string;
  readonly task: string;
  readonly input: Readonly<Record<string, string>>;
  readonly inputs?: string;
}

export const call: Verb = (program, shell, run) => {
  const command = program
    .command('call')
    .argument('<name>', 'a role, or TOOLSET.TOOL')
    .argument('[path]', 'file or folder of manifests, or REPO@REF[:PATH]', '.')
    .summary('call one worker or tool')
    .description(
      'Calls one role or tool of some manifests as a Session of one step, recorded like any other, under the Policies that are there.',
    )
    .addOption(
      new Option('--input <key=value>', 'one member of the input; repeatable').argParser(keyValue).default({}, 'none'),
    )
    .addOption(new Option('--inputs <file>', 'the input from a YAML or JSON file'))
    .addOption(new Option('--task <text>', 'what a role is told to do').default('Do what the input asks for.'))
    .addOption(new Option('--band <name>', 'which Band, where several have the role'))
    .addOption(new Option('--venue <name>', 'which Venue, where there are several'))
    .addOption(resultFormat());
  localFlags(withGates(command))
    .addOption(new Option('-n, --namespace <name>', 'of manifests that name none'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket call reviewer examples/02-review --task "Look for mistakes."\n  orket call files.list examples/01-hello --input path=workspace:',
    )
    .action(async (name: string, path: string, flags: CallFlags) => run(() => start(name, path, flags, shell)));
};

async function start(name: string, path: string, flags: CallFlags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const inputs = await readInputs(flags, terminal.cwd);
  const keys = [...new Set([...Object.keys(inputs.file), ...Object.keys(inputs.pairs)])].toSorted();
  const { band, venue, task } = flags;
  return runHere(
    {
      what: path.includes('@') ? path : resolve(terminal.cwd, path),
      choose: (resources) => oneStepFlow({ name, band, venue, task, keys }, resources),
      inputs,
    },
    flags,
    shell,
  );
}
