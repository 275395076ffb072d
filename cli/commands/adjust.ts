import { Argument, Option } from 'commander';
import { resolve } from 'node:path';
import { OrketError } from '#crds';
import type { Adjustment } from '#runtime';
import { localFlags, resumeOption } from '../flags.ts';
import { expectGoingOn, openLocal } from '../local-session.ts';
import { objectIn } from '../people/decision-flags.ts';
import { tell, type TellFlags } from '../people/tell.ts';
import type { Verb } from './verb.ts';

const ops = ['skip', 'patch', 'enable', 'disable', 'retry', 'abort', 'revert', 'apply'] as const;
type Op = (typeof ops)[number];

interface AdjustFlags extends TellFlags {
  readonly step?: string;
  readonly role?: string;
  readonly tool?: string;
  readonly patch?: string;
  readonly reason?: string;
}

export const adjust: Verb = (program, shell, run) => {
  const command = program
    .command('adjust')
    .argument('<session>', 'name of the Session')
    .addArgument(new Argument('<op>', 'what to do').choices(ops))
    .argument('[id]', 'of revert and apply: which adjustment, as `orket events` shows it')
    .summary('change what a Session does from here on')
    .description(
      'Adjusts a Session between its steps, as its Conductor does: what was done stays, and what was changed is recorded with your name.',
    )
    .addOption(new Option('--step <id>', 'which step, by its id or the path of one execution'))
    .addOption(new Option('--role <name>', 'which role'))
    .addOption(new Option('--tool <name>', 'which tool, TOOLSET.TOOL'))
    .addOption(new Option('--patch <file>', 'of patch: what to set, YAML or JSON'))
    .addOption(new Option('--reason <text>', 'why, for the record'))
    .addOption(resumeOption());
  localFlags(command)
    .addHelpText(
      'after',
      '\nExamples:\n  orket adjust review-4k2v7zq3ab skip --step publish --reason "not today"\n  orket adjust review-4k2v7zq3ab patch --step review --patch task.yaml\n  orket adjust review-4k2v7zq3ab revert adjustment-3f2c',
    )
    .action(async (session: string, op: Op, id: string | undefined, flags: AdjustFlags) =>
      run(async () => {
        const change = await changeOf(op, id, flags, shell.terminal.cwd);
        const local = await openLocal(session, flags, shell);
        expectGoingOn(local);
        return tell(local, { kind: 'adjustment', adjust: change }, flags, shell);
      }),
    );
};

/** The adjustment that the command line asks for. Throws `Usage` where it asks for none. */
export async function changeOf(
  op: Op,
  id: string | undefined,
  flags: Omit<AdjustFlags, 'resume'>,
  cwd: string,
): Promise<Adjustment['adjust']> {
  const { step, role, tool, reason } = flags;
  const target = {
    ...(step === undefined ? {} : { step }),
    ...(role === undefined ? {} : { role }),
    ...(tool === undefined ? {} : { tool }),
  };
  const named = Object.keys(target);
  const expect = (fits: boolean, expected: string): void => {
    const found = [...named.map((name) => `--${name}`), ...(id === undefined ? [] : [id])].join(' ');
    if (!fits) throw new OrketError('Usage', `that is nothing to ${op}`, { expected, found: found || 'nothing' });
  };
  if (op === 'revert' || op === 'apply') {
    expect(id !== undefined && named.length === 0, 'the id of an adjustment, as `orket events` shows it');
    return op === 'revert' ? { op, reverts: id ?? '' } : { op, applies: id ?? '' };
  }
  expect(id === undefined, 'no id: only revert and apply take one');
  if ((op === 'patch') !== (flags.patch !== undefined))
    throw new OrketError('Usage', 'a patch is set with patch alone', { expected: 'adjust SESSION patch --patch FILE' });
  const why = reason === undefined ? {} : { reason };
  switch (op) {
    case 'skip':
    case 'retry':
      expect(named.join() === 'step', '--step ID');
      return { op, ...target, ...why };
    case 'abort':
      expect(named.length === 0 || named.join() === 'step', 'nothing, or --step ID');
      return { op, ...target, ...why };
    case 'enable':
    case 'disable':
      expect(named.length === 1, 'one of --step, --role and --tool');
      return { op, ...target, ...why };
    case 'patch':
      expect(named.length === 1 && tool === undefined, 'one of --step and --role');
      return { op, ...target, ...why, patch: await objectIn(resolve(cwd, flags.patch ?? '')) };
  }
}
