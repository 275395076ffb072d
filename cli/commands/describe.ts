import { connect, SessionFolder } from '#controller';
import { OrketError, type Resource } from '#crds';
import { Accounting, readJournal, type UsageRow } from '#runtime';
import { exitCodes } from '../exit.ts';
import { withManifests, withTarget } from '../flags.ts';
import { findObjects, missing, wantedOf, type Wanted } from '../objects.ts';
import { describeObject, type EventLine } from '../output/describe.ts';
import { errorText } from '../output/problems.ts';
import { placeOf, type ManifestFlags, type Place } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

export const describe: Verb = (program, shell, run) => {
  const command = program
    .command('describe')
    .argument('<kind>', 'kind of the object')
    .argument('[name]', 'its name; may be part of the kind, KIND/NAME')
    .summary('one object in full')
    .description(
      'Shows one object: what it says, where it stands, its steps and artifacts, what its model turns used, its conditions and, on a cluster, its Events.',
    );
  withManifests(withTarget(command))
    .addHelpText(
      'after',
      '\nExamples:\n  orket describe session hello-4k2v7zq3ab\n  orket describe flow hello -f examples/01-hello\n  kubectl orket describe flow hello',
    )
    .action(async (kind: string, given: string | undefined, flags: ManifestFlags) =>
      run(async () => {
        const { terminal, plugin } = shell;
        const { info, name } = wantedOf(kind, given);
        if (name === null) throw noName(kind);
        const wanted = { info, name, allNamespaces: false };
        const { object, events, used, unreadable } = await read(wanted, placeOf(flags, terminal, plugin), shell);
        for (const problem of unreadable) terminal.say(problem);
        if (object !== undefined) terminal.answer(describeObject(object, events, used));
        return unreadable.length === 0 ? exitCodes.succeeded : exitCodes.usage;
      }),
    );
};

interface Read {
  readonly object: Resource | undefined;
  readonly events: readonly EventLine[];
  readonly used: readonly UsageRow[];
  readonly unreadable: readonly string[];
}

async function read(wanted: Wanted & { readonly name: string }, place: Place, { clock }: Shell): Promise<Read> {
  if (place.type !== 'cluster') {
    const { objects, unreadable } = await findObjects(wanted, place, clock);
    const [object] = objects;
    if (place.type !== 'local' || object === undefined) return { object, events: [], used: [], unreadable };
    const usage = await usageOf(new SessionFolder(place.stateDir, wanted.name));
    return { object, events: [], used: usage.rows, unreadable: [...unreadable, ...usage.unreadable] };
  }
  const cluster = await connect({ ...place, clock });
  const object = await cluster.get(wanted.info.kind, cluster.namespace, wanted.name);
  if (object === undefined) throw missing(wanted.info, wanted.name);
  return { object, events: await cluster.events(object), used: [], unreadable: [] };
}

/** What the turns of a Session used, from its journal; a broken one is told of, and hides nothing else. */
async function usageOf(
  folder: SessionFolder,
): Promise<{ readonly rows: readonly UsageRow[]; readonly unreadable: readonly string[] }> {
  const accounting = new Accounting();
  try {
    for await (const read of readJournal(folder.path)) if (read.kind === 'record') accounting.add(read.record);
    return { rows: accounting.rows(), unreadable: [] };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    return { rows: accounting.rows(), unreadable: [errorText(error)] };
  }
}

function noName(kind: string): OrketError {
  return new OrketError('Usage', 'say which one', { expected: `${kind} NAME, or ${kind}/NAME`, found: 'no name' });
}
