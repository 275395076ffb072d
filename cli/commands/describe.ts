import { connect, isFinal, SessionFolder } from '#controller';
import { OrketError, type Resource } from '#crds';
import { Accounting, readJournal, type UsageRow } from '#runtime';
import { exitCodes } from '../exit.ts';
import { withManifests, withTarget } from '../flags.ts';
import { findObjects, missing, wantedOf, type Wanted } from '../objects.ts';
import { describeObject, type EventLine } from '../output/describe.ts';
import { errorText } from '../output/problems.ts';
import { readGates } from '../people/gates.ts';
import { waitingText } from '../people/waiting-text.ts';
import { placeOf, type ManifestFlags, type Place } from '../target.ts';
import type { Shell, Verb } from './verb.ts';

export const describe: Verb = (program, shell, run) => {
  const command = program
    .command('describe')
    .argument('<kind>', 'kind of the object')
    .argument('[name]', 'its name; may be part of the kind, KIND/NAME')
    .summary('one object in full')
    .description(
      'Shows one object: what it says, where it stands, what it waits for, its steps and artifacts, what its model turns used, its conditions and, on a cluster, its Events.',
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
        const { object, events, used, waits, unreadable } = await read(wanted, placeOf(flags, terminal, plugin), shell);
        for (const problem of unreadable) terminal.say(problem);
        if (object !== undefined) terminal.answer(describeObject(object, events, used, waits));
        return unreadable.length === 0 ? exitCodes.succeeded : exitCodes.usage;
      }),
    );
};

interface Read {
  readonly object: Resource | undefined;
  readonly events: readonly EventLine[];
  readonly used: readonly UsageRow[];
  readonly waits: readonly string[];
  readonly unreadable: readonly string[];
}

const nothing = { events: [], used: [], waits: [], unreadable: [] } as const;

async function read(wanted: Wanted & { readonly name: string }, place: Place, { clock }: Shell): Promise<Read> {
  if (place.type !== 'cluster') {
    const { objects, unreadable } = await findObjects(wanted, place, clock);
    const [object] = objects;
    if (place.type !== 'local' || object === undefined) return { ...nothing, object, unreadable };
    const { path } = new SessionFolder(place.stateDir, wanted.name);
    const usage = await usageOf(path);
    const goesOn = object.kind === 'Session' && !isFinal(object.status.phase);
    const waiting = goesOn ? await waitsOf(path, clock.now()) : nothing;
    // What keeps one of them from being read often keeps both.
    const told = new Set([...unreadable, ...usage.unreadable, ...waiting.unreadable]);
    return { object, events: [], used: usage.rows, waits: waiting.waits, unreadable: [...told] };
  }
  const cluster = await connect({ ...place, clock });
  const object = await cluster.get(wanted.info.kind, cluster.namespace, wanted.name);
  if (object === undefined) throw missing(wanted.info, wanted.name);
  return { ...nothing, object, events: await cluster.events(object) };
}

/** What the turns of a Session used, from its journal; a broken one is told of, and hides nothing else. */
async function usageOf(
  path: string,
): Promise<{ readonly rows: readonly UsageRow[]; readonly unreadable: readonly string[] }> {
  const accounting = new Accounting();
  try {
    for await (const read of readJournal(path)) if (read.kind === 'record') accounting.add(read.record);
    return { rows: accounting.rows(), unreadable: [] };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    return { rows: accounting.rows(), unreadable: [errorText(error)] };
  }
}

/** The gates of a Session that wait, from its journal; a broken one is told of as well. */
async function waitsOf(path: string, now: number): Promise<Pick<Read, 'waits' | 'unreadable'>> {
  try {
    return { waits: await waitingText(await readGates(path), now), unreadable: [] };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    return { waits: [], unreadable: [errorText(error)] };
  }
}

function noName(kind: string): OrketError {
  return new OrketError('Usage', 'say which one', { expected: `${kind} NAME, or ${kind}/NAME`, found: 'no name' });
}
