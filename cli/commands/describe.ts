import { connect, isFinal, SessionFolder } from '#controller';
import { OrketError, type Resource } from '#crds';
import { exitCodes } from '../exit.ts';
import { withManifests, withTarget } from '../flags.ts';
import { findObjects, missing, wantedOf, type Wanted } from '../objects.ts';
import { describeObject, type EventLine } from '../output/describe.ts';
import { journalTells, nothingTold, type JournalTells } from '../people/journal-tells.ts';
import { placeOf, type ManifestFlags, type Place } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

export const describe: Verb = (program, shell, run) => {
  const command = program
    .command('describe')
    .argument('<kind>', 'kind of the object')
    .argument('[name]', 'its name; may be part of the kind, KIND/NAME')
    .summary('one object in full')
    .description(
      'Shows one object: what it says, where it stands, what it waits for, its steps and artifacts, what was adjusted, what its model turns used, its conditions and, on a cluster, its Events.',
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
        const { object, events, unreadable, ...told } = await read(wanted, placeOf(flags, terminal, plugin), shell);
        for (const problem of unreadable) terminal.say(problem);
        if (object !== undefined) terminal.answer(describeObject(object, events, told));
        return unreadable.length === 0 ? exitCodes.succeeded : exitCodes.usage;
      }),
    );
};

interface Read extends JournalTells {
  readonly object: Resource | undefined;
  readonly events: readonly EventLine[];
  readonly unreadable: readonly string[];
}

const nothing = { ...nothingTold, events: [], unreadable: [] } as const;

async function read(wanted: Wanted & { readonly name: string }, place: Place, { clock }: Shell): Promise<Read> {
  if (place.type !== 'cluster') {
    const { objects, unreadable } = await findObjects(wanted, place, clock);
    const [object] = objects;
    if (place.type !== 'local' || object === undefined) return { ...nothing, object, unreadable };
    const { path } = new SessionFolder(place.stateDir, wanted.name);
    const goesOn = object.kind === 'Session' && !isFinal(object.status.phase);
    const told = await journalTells(path, goesOn, clock.now());
    return { ...told, object, events: [], unreadable: [...new Set([...unreadable, ...told.unreadable])] };
  }
  const cluster = await connect({ ...place, clock });
  const object = await cluster.get(wanted.info.kind, cluster.namespace, wanted.name);
  if (object === undefined) throw missing(wanted.info, wanted.name);
  return { ...nothing, object, events: await cluster.events(object) };
}

function noName(kind: string): OrketError {
  return new OrketError('Usage', 'say which one', {
    at: `describe ${kind}`,
    expected: `${kind} NAME, or ${kind}/NAME`,
    found: 'no name',
    remedy: `List what there is with \`orket get ${kind}\`.`,
  });
}
