import { didYouMean, kindInfos, kindNamed, OrketError, suggest, type KindInfo, type Resource } from '#crds';
import { connect, SessionFolder, sessionNames, standing, type Clock } from '#controller';
import { load } from './load.ts';
import { errorText, problemText } from './output/problems.ts';
import type { Place } from './target.ts';

export interface Wanted {
  readonly info: KindInfo;
  /** Null for all. */
  readonly name: string | null;
  readonly allNamespaces: boolean;
}

/** What was found, and what could not be read, as text for a person. */
export interface FoundObjects {
  readonly objects: readonly Resource[];
  readonly unreadable: readonly string[];
}

/** A kind by any of its names. Throws Usage. */
export function knownKind(name: string): KindInfo {
  const info = kindNamed(name);
  if (info !== undefined) return info;
  const near = suggest(
    name,
    kindInfos.flatMap(({ plural, singular }) => [plural, singular]),
  );
  throw new OrketError('Usage', 'there is no such kind', {
    at: name.slice(0, 80),
    expected: kindInfos.map(({ plural, shortNames }) => [plural, ...shortNames].join(' or ')).join(', '),
    found: JSON.stringify(name),
    remedy: near === undefined ? 'Name one of these kinds.' : `Did you mean ${near}?`,
  });
}

/** `KIND NAME`, or `KIND/NAME` as `-o name` prints it, or both. Throws Usage. */
export function wantedOf(kind: string, name: string | undefined): Pick<Wanted, 'info' | 'name'> {
  if (name !== undefined) return { info: knownKind(kind), name: nameIn(knownKind(kind), name) };
  const [first = '', second] = kind.split('/', 2);
  if (second === undefined) return { info: knownKind(kind), name: null };
  return { info: knownKind(first.replace(/\.orket\.dev$/, '')), name: second };
}

function nameIn({ kind }: KindInfo, name: string): string {
  const [first = '', second, more] = name.split('/');
  if (second === undefined || more !== undefined) return name;
  return kindNamed(first.replace(/\.orket\.dev$/, ''))?.kind === kind ? second : name;
}

/** `among` are the names that are there, and `flags` what has to stand behind `orket get` to list them. */
export function missing(info: KindInfo, name: string, among: readonly string[] = [], flags = ''): OrketError {
  return new OrketError('NotFound', `there is no ${info.kind} ${JSON.stringify(name)}`, {
    remedy: `${didYouMean(name, among)}List what there is with \`orket get ${info.plural}${flags}\`.`,
  });
}

/** Objects of one kind. Throws NotFound where the one that was named is not there. */
export async function findObjects(wanted: Wanted, place: Place, clock: Clock): Promise<FoundObjects> {
  const { objects, unreadable } = await readObjects(wanted, place, clock);
  const { info, name } = wanted;
  const ofKind = objects.filter(({ kind }) => kind === info.kind);
  const chosen = name === null ? ofKind : ofKind.filter(({ metadata }) => metadata.name === name);
  if (name !== null && chosen.length === 0 && unreadable.length === 0) {
    const flags = place.type === 'manifests' ? place.paths.map((path) => ` -f ${path}`).join('') : '';
    const names = ofKind.map(({ metadata }) => metadata.name);
    throw missing(info, name, names, flags);
  }
  return { objects: chosen, unreadable };
}

async function readObjects({ info, name, allNamespaces }: Wanted, place: Place, clock: Clock): Promise<FoundObjects> {
  switch (place.type) {
    case 'manifests': {
      const { resources, problems } = await load(place.paths, place.namespace);
      return { objects: resources, unreadable: problems.map(problemText) };
    }
    case 'cluster': {
      const cluster = await connect({ ...place, clock });
      return { objects: await cluster.list(info.kind, allNamespaces ? null : cluster.namespace), unreadable: [] };
    }
    case 'local':
      return readSessions(info, name, place.stateDir, clock.now());
  }
}

/** One Session that cannot be read hides no other. */
async function readSessions(info: KindInfo, name: string | null, stateDir: string, now: number): Promise<FoundObjects> {
  if (info.kind !== 'Session') {
    throw new OrketError('Usage', `local state holds Sessions, not ${info.plural}`, {
      at: stateDir,
      expected: '-f PATH with manifests, or a cluster',
      found: 'neither',
    });
  }
  const objects: Resource[] = [];
  const unreadable: string[] = [];
  for (const each of name === null ? await sessionNames(stateDir) : [name]) {
    try {
      objects.push(await standing(new SessionFolder(stateDir, each), now));
    } catch (error) {
      if (!(error instanceof OrketError) || error.reason === 'NotFound') throw error;
      unreadable.push(errorText(error));
    }
  }
  return { objects, unreadable };
}
