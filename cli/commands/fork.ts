import { InvalidArgumentError, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OrketError, parseJson, type JsonValue } from '#crds';
import type { SuppliedOutcome } from '#runtime';
import { report } from '../answer.ts';
import { gatesOf, keyValue, localFlags, resultFormat, withGates, type GateFlags } from '../flags.ts';
import { forkHere } from '../fork-here.ts';
import { readInputs } from '../inputs.ts';
import type { ResultFormat } from '../output/result.ts';
import type { Shell, Verb } from './verb.ts';

type Pairs = Readonly<Record<string, string>>;

interface ForkFlags extends GateFlags {
  readonly at: string;
  readonly filename?: string;
  readonly flow?: string;
  readonly namespace?: string;
  readonly input: Pairs;
  readonly inputs?: string;
  readonly prompt: Pairs;
  readonly model: Pairs;
  readonly outcome: Pairs;
  readonly state?: string;
  readonly output: ResultFormat;
}

export const fork: Verb = (program, shell, run) => {
  const command = program
    .command('fork')
    .argument('<session>', 'name of the Session')
    .summary('go back in a Session and go on otherwise')
    .description(
      'Makes a new Session that takes over what another one did before a path, and runs on from there with what was changed. Nothing that was taken over is done or judged again. The other Session stays as it is.',
    )
    .addOption(
      new Option('--at <path>', 'the path to go on at, without any `~`, as `orket tree` shows it')
        .argParser(stable)
        .makeOptionMandatory(),
    )
    .addOption(new Option('-f, --filename <path>', 'run manifests as they are now, not what the Session ran'))
    .addOption(new Option('--flow <name>', 'which Flow of -f, where there are several'))
    .addOption(new Option('-n, --namespace <name>', 'of manifests that name none'))
    .addOption(pairs('--input <key=value>', 'one input, laid over those of the Session; repeatable'))
    .addOption(new Option('--inputs <file>', 'inputs from a YAML or JSON file'))
    .addOption(pairs('--prompt <role=text>', 'another prompt of a role, or @FILE; repeatable'))
    .addOption(pairs('--model <role=name>', 'another model of a role; repeatable'))
    .addOption(pairs('--outcome <path=json>', 'what the call at a path came to, or @FILE; it is not made; repeatable'))
    .addOption(resultFormat());
  localFlags(withGates(command))
    .addHelpText(
      'after',
      '\nExamples:\n  orket fork review-4k2v7zq3ab --at write#1 --prompt writer=@prompts/terse.md\n  orket fork review-4k2v7zq3ab --at write#1/t2 -f examples/02-review\n  orket fork review-4k2v7zq3ab --at write#1/t1/c1 --outcome write#1/t1/c1=@answer.json',
    )
    .action(async (session: string, flags: ForkFlags) => run(() => start(session, flags, shell)));
};

async function start(parent: string, flags: ForkFlags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const { cwd } = terminal;
  const { filename, flow, namespace = null } = flags;
  if (filename === undefined && flow !== undefined)
    throw new OrketError('Usage', 'a Flow is chosen among manifests', { at: '--flow', expected: '-f PATH beside it' });
  const ended = await forkHere(
    {
      parent,
      flags,
      at: flags.at,
      manifests:
        filename === undefined
          ? null
          : { what: filename.includes('@') ? filename : resolve(cwd, filename), flow, namespace },
      inputs: await readInputs(flags, cwd),
      change: { prompts: await texts(flags.prompt, cwd), models: flags.model },
      outcomes: await outcomesOf(flags.outcome, cwd),
      gates: gatesOf(flags, terminal),
    },
    shell,
  );
  return report(ended, flags.output, flags.state, shell);
}

function pairs(flag: string, description: string): Option {
  return new Option(flag, description).argParser(keyValue).default({}, 'none');
}

function stable(path: string): string {
  if (path !== '' && !path.includes('~')) return path;
  throw new InvalidArgumentError('a path without attempts, such as write#1/t2/c1');
}

async function outcomesOf(given: Pairs, cwd: string): Promise<readonly SuppliedOutcome[]> {
  const found = await texts(given, cwd);
  return Object.entries(found).map(([path, text]) => ({ path, output: outcomeOf(path, text) }));
}

function outcomeOf(path: string, text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof OrketError)) throw cause;
    const { at = '', expected = 'JSON', found = 'another text' } = cause.detail;
    const remedy = `Text is JSON in quotes of its own: --outcome '${path}="TEXT"'; what is longer comes from a file: ${path}=@FILE.`;
    throw new OrketError(
      'Usage',
      'what a call came to is given as JSON',
      { at: `--outcome ${path}, ${at}`, expected, found, remedy },
      cause,
    );
  }
}

/** Each as it was typed, or what the file holds that it names with an @. */
async function texts(given: Pairs, cwd: string): Promise<Pairs> {
  const read = await Promise.all(
    Object.entries(given).map(
      async ([key, text]) => [key, text.startsWith('@') ? await fileText(resolve(cwd, text.slice(1))) : text] as const,
    ),
  );
  return Object.fromEntries(read);
}

async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OrketError('Usage', 'the file cannot be read', { at: path, expected: 'a text file' }, cause);
  });
}
