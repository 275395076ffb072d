import { Option } from 'commander';
import { kindInfos, kindNamed, OrketError, type KindInfo, type Resource } from '#crds';
import { connect, SessionFolder, sessionNames, type Clock } from '#controller';
import { exitCodes } from '../exit.ts';
import { withOutput, withTarget } from '../flags.ts';
import { load } from '../load.ts';
import { printObjects, type Format } from '../output/print.ts';
import { targetOf, type Target, type TargetFlags } from '../target.ts';
import type { Verb } from './verb.ts';

interface GetFlags extends TargetFlags {
  readonly output: Format;
  readonly allNamespaces?: true;
  readonly filename?: string[];
}

export const get: Verb = (program, shell, run) => {
  const command = program
    .command('get')
    .argument('<kind>', `one of ${kindInfos.map(({ plural }) => plural).join(', ')}`)
    .argument('[name]', 'one object')
    .summary('list what there is')
    .description(
      'Lists objects with the columns that kubectl shows. Local state holds Sessions; other kinds come from -f.',
    );
  withTarget(withOutput(command))
    .addOption(new Option('-A, --all-namespaces', 'of every namespace of the cluster'))
    .addOption(new Option('-f, --filename <path...>', 'from manifests'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket get sessions\n  orket get flows -f examples/01-hello -o wide\n  kubectl orket get sessions -A',
    )
    .action(async (kind: string, name: string | undefined, flags: GetFlags) =>
      run(async () => {
        const info = knownKind(kind);
        const { terminal } = shell;
        const objects =
          flags.filename === undefined
            ? await find(info, name, targetOf(flags, terminal, shell.plugin), flags, shell.clock)
            : (await load(flags.filename)).resources;
        const chosen = objects.filter(
          (object) => object.kind === info.kind && (name === undefined || object.metadata.name === name),
        );
        if (name !== undefined && chosen.length === 0) throw missing(info, name);
        const options = {
          format: flags.output,
          now: terminal.clock(),
          withNamespace: flags.allNamespaces === true,
          single: name !== undefined,
        };
        if (chosen.length === 0 && (flags.output === 'text' || flags.output === 'wide'))
          terminal.say(`No ${info.plural} found.`);
        else terminal.answer(printObjects(info, chosen, options));
        return exitCodes.succeeded;
      }),
    );
};

/** A kind by any of its names. Throws Usage. */
export function knownKind(name: string): KindInfo {
  const info = kindNamed(name);
  if (info !== undefined) return info;
  throw new OrketError('Usage', 'there is no such kind', {
    expected: kindInfos.map(({ plural, shortNames }) => [plural, ...shortNames].join(' or ')).join(', '),
    found: JSON.stringify(name),
  });
}

export function missing(info: KindInfo, name: string): OrketError {
  return new OrketError('NotFound', `there is no such ${info.kind}`, {
    expected: `a ${info.kind} ${JSON.stringify(name)}`,
    found: 'nothing',
    remedy: `List what there is with \`orket get ${info.plural}\`.`,
  });
}

/** Objects of one kind from local state or the cluster; `name` narrows what is read. */
export async function find(
  info: KindInfo,
  name: string | undefined,
  target: Target,
  flags: { readonly allNamespaces?: true },
  clock: Clock,
): Promise<readonly Resource[]> {
  if (target.type === 'cluster') {
    const client = await connect({ ...target, clock });
    const namespace = flags.allNamespaces === true ? null : client.namespace;
    return client.list(info.kind, namespace);
  }
  if (info.kind !== 'Session') {
    throw new OrketError('Usage', `local state holds Sessions, not ${info.plural}`, {
      expected: `-f PATH with manifests, or a cluster`,
      found: `orket get ${info.plural}`,
    });
  }
  const names = name === undefined ? await sessionNames(target.stateDir) : [name];
  return Promise.all(names.map((each) => new SessionFolder(target.stateDir, each).readSession()));
}
