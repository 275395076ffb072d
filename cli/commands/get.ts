import { Option } from 'commander';
import { kindInfos } from '#crds';
import { exitCodes } from '../exit.ts';
import { withManifests, withOutput, withTarget } from '../flags.ts';
import { findObjects, wantedOf } from '../objects.ts';
import { printObjects, type Format } from '../output/print.ts';
import { placeOf, type ManifestFlags } from '../target.ts';
import type { Verb } from './verb.ts';

interface GetFlags extends ManifestFlags {
  readonly output: Format;
  readonly allNamespaces?: true;
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
  withManifests(withTarget(withOutput(command)))
    .addOption(new Option('-A, --all-namespaces', 'of every namespace of the cluster'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket get sessions\n  orket get flows -f examples/01-hello -o wide\n  kubectl orket get sessions -A',
    )
    .action(async (kind: string, name: string | undefined, flags: GetFlags) =>
      run(async () => {
        const { terminal, plugin, clock } = shell;
        const wanted = { ...wantedOf(kind, name), allNamespaces: flags.allNamespaces === true };
        const { info } = wanted;
        const { objects, unreadable } = await findObjects(wanted, placeOf(flags, terminal, plugin), clock);
        for (const problem of unreadable) terminal.say(problem);
        const columns = flags.output === 'text' || flags.output === 'wide';
        if (objects.length > 0 || (wanted.name === null && !columns)) {
          const options = {
            format: flags.output,
            now: terminal.clock(),
            columns: terminal.columns,
            withNamespace: flags.allNamespaces === true,
            single: wanted.name !== null,
          };
          terminal.answer(printObjects(info, objects, options));
        } else if (unreadable.length === 0) terminal.say(`No ${info.plural} found.`);
        return unreadable.length === 0 ? exitCodes.succeeded : exitCodes.usage;
      }),
    );
};
