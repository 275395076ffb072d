import { Argument, Option } from 'commander';
import { resolve } from 'node:path';
import { OrketError, type JsonObject } from '#crds';
import type { Adjustment } from '#runtime';
import { localFlags, resumeOption } from '../flags.ts';
import { openGoingOn } from '../local-session.ts';
import { objectIn } from '../people/decision-flags.ts';
import { expectFitting } from '../people/expect.ts';
import { tell, type TellFlags } from '../people/tell.ts';
import type { Verb } from './verb.ts';

const ops = ['skip', 'patch', 'enable', 'disable', 'retry', 'abort', 'revert', 'apply'] as const;
type Op = (typeof ops)[number];

interface AdjustFlags extends TellFlags {
  readonly step?: string;
  readonly role?: string;
  readonly tool?: string;
  readonly patch?: string;
  readonly task?: string;
  readonly prompt?: string;
  readonly model?: string;
  readonly instruction?: readonly string[];
  readonly reason?: string;
}

export const adjust: Verb = (program, shell, run) => {
  const command = program
    .command('adjust')
    .argument('<session>', 'name of the Session')
    .addArgument(new Argument('<op>', 'what to do').choices(ops))
    .argument('[target]', 'the step, as --step; of revert and apply the id of an adjustment')
    .summary('change what a Session does from here on')
    .description(
      'Adjusts a Session between its steps, as its Conductor does: what was done stays, and what was changed is recorded with your name.',
    )
    .addOption(new Option('--step <id>', 'which step, by its id or the path of one execution'))
    .addOption(new Option('--role <name>', 'which role'))
    .addOption(new Option('--tool <name>', 'which tool, TOOLSET.TOOL'))
    .addOption(new Option('--patch <file>', 'of patch: what to set, YAML or JSON'))
    .addOption(new Option('--task <text>', 'of patch: the task of the step'))
    .addOption(new Option('--prompt <text>', 'of patch: the prompt of the role'))
    .addOption(
      new Option('--instruction <text>', 'of patch: one more instruction of the role; repeatable').argParser<
        readonly string[] | undefined
      >((text, before) => [...(before ?? []), text]),
    )
    .addOption(new Option('--model <name>', 'of patch: the model of the role'))
    .addOption(new Option('--reason <text>', 'why, for the record'))
    .addOption(resumeOption());
  localFlags(command)
    .addHelpText(
      'after',
      '\nExamples:\n  orket adjust review-4k2v7zq3ab skip publish --reason "not today"\n  orket adjust review-4k2v7zq3ab patch --role writer --instruction "Write for children."\n  orket adjust review-4k2v7zq3ab revert adjustment-3f2c',
    )
    .action(async (session: string, op: Op, target: string | undefined, flags: AdjustFlags) =>
      run(async () => {
        const change = await changeOf(op, target, flags, shell.terminal.cwd);
        const local = await openGoingOn(session, flags, shell);
        await expectFitting(local.folder, local.session.metadata.name, change);
        return tell(local, { kind: 'adjustment', adjust: change }, flags, shell);
      }),
    );
};

/** The adjustment that the command line asks for. Throws `Usage` where it asks for none. */
export async function changeOf(
  op: Op,
  target: string | undefined,
  flags: Omit<AdjustFlags, 'resume'>,
  cwd: string,
): Promise<Adjustment['adjust']> {
  if (op === 'revert' || op === 'apply') {
    const { step, role, tool } = flags;
    if (target === undefined || (step ?? role ?? tool) !== undefined)
      throw unfit(op, 'the id of an adjustment, as `orket describe session` shows it', target ?? 'nothing');
    return op === 'revert' ? { op, reverts: target } : { op, applies: target };
  }
  if (target !== undefined && flags.step !== undefined) throw unfit(op, 'one step', `${target} and ${flags.step}`);
  const named = present({ step: target ?? flags.step, role: flags.role, tool: flags.tool });
  const patch = await patchOf(flags, cwd);
  const names = Object.keys(named).map((name) => `--${name}`);
  const [expected, fits] = targets[op];
  if (!fits.includes(names.join())) throw unfit(op, expected, names.join(' ') || 'nothing');
  if ((op === 'patch') !== (patch !== null))
    throw unfit(op, op === 'patch' ? '--task, --prompt, --instruction, --model or --patch FILE' : 'nothing to set', op);
  return { op, ...named, ...present({ reason: flags.reason }), ...(patch === null ? {} : { patch }) };
}

/** What each takes, in words and as the flags that name it. */
const targets: Readonly<Record<Exclude<Op, 'revert' | 'apply'>, readonly [string, readonly string[]]>> = {
  skip: ['a step', ['--step']],
  retry: ['a step', ['--step']],
  abort: ['nothing, or a step', ['', '--step']],
  enable: ['one of a step, --role and --tool', ['--step', '--role', '--tool']],
  disable: ['one of a step, --role and --tool', ['--step', '--role', '--tool']],
  patch: ['one of a step and --role', ['--step', '--role']],
};

/** What is to be set, null for nothing. */
async function patchOf(
  { patch, task, prompt, model, instruction }: Omit<AdjustFlags, 'resume'>,
  cwd: string,
): Promise<JsonObject | null> {
  const single: JsonObject = {
    ...present({ task, prompt, model }),
    ...(instruction === undefined ? {} : { instructions: instruction }),
  };
  if (patch === undefined) return Object.keys(single).length === 0 ? null : single;
  return { ...(await objectIn(resolve(cwd, patch))), ...single };
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function unfit(op: Op, expected: string, found: string): OrketError {
  const remedy = 'See what each takes with `orket adjust --help`.';
  return new OrketError('Usage', `that is nothing to ${op}`, { at: `adjust ${op}`, expected, found, remedy });
}
