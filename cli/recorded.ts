import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { didYouMean, OrketError } from '#crds';
import { anchorFolder, SessionFolder, sessionNames } from '#controller';
import {
  folderSource,
  openArchive,
  readAnchors,
  readBundleText,
  recordingOf,
  verifyArchive,
  verifyJournal,
  type AnchorSet,
  type Archive,
  type JournalSource,
  type Recording,
  type Verification,
} from '#runtime';
import { sessionNameOf } from './session-name.ts';
import { sessionUid } from './session-uid.ts';
import { stateDirOf } from './target.ts';
import type { Terminal } from './terminal.ts';

/** A Session as it was recorded: the folder of one on this machine, or an archive of one. */
export interface Recorded {
  readonly kind: 'folder' | 'archive';
  readonly path: string;
  /** Of the Session, by what stands beside its journal; null where nothing says so. */
  readonly uid: string | null;
  readonly source: JournalSource;
  /** Its records and values. Throws `NotFound` without a bundle, and what reading a journal throws. */
  readonly recording: () => Promise<Recording>;
  /** `elsewhere` are anchors that were kept on another machine. */
  readonly verify: (elsewhere: AnchorSet['anchors']) => Promise<Verification>;
  readonly close: () => Promise<void>;
}

/**
 * What a person named: a Session of the local state, else the folder of one, else an archive. Throws `NotFound`, and for
 * an archive that is none `JournalCorrupt`.
 */
export async function openRecorded(
  what: string,
  flags: { readonly state?: string },
  terminal: Terminal,
): Promise<Recorded> {
  const path = placeOf(what, stateDirOf(flags, terminal), terminal.cwd);
  const anchorsOf = async (uid: string | null): Promise<readonly AnchorSet[]> => {
    if (uid === null) return [];
    return [{ where: 'this machine', anchors: await readAnchors(join(anchorFolder(terminal.environment), uid)) }];
  };
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    return archived(path, await openArchive(path), anchorsOf);
  if (!existsSync(path) && !what.includes('/')) throw await noSession(what, stateDirOf(flags, terminal));
  if (!existsSync(join(path, 'journal.jsonl'))) throw noJournal(path);
  return inFolder(path, await sessionUid(path), anchorsOf);
}

/** How a Session began that is whole. Throws `JournalCorrupt` for one that is not: others would go by it. */
export async function expectWhole(
  { path, verify }: Recorded,
  toBe: 'exported' | 'forked',
): Promise<NonNullable<Verification['started']>> {
  const { broken, started } = await verify([]);
  if (broken === null && started !== null) return started;
  throw new OrketError('JournalCorrupt', `a journal that is broken is not ${toBe}`, {
    at: broken === null ? path : `journal record ${broken.seq}, ${broken.field}`,
    expected: broken?.expected ?? 'a Session that has begun',
    found: broken?.found ?? 'no record',
    remedy: 'Look at it with `orket verify`; to keep it as it is, copy its folder.',
  });
}

function placeOf(named: string, stateDir: string, cwd: string): string {
  const what = sessionNameOf(named);
  if (what.includes('/')) return resolve(cwd, what);
  // No Session can be called so, or there is none: then it is a file.
  const folder = /^[a-z0-9][-a-z0-9.]*$/.test(what) ? new SessionFolder(stateDir, what).path : null;
  const file = resolve(cwd, what);
  if (folder !== null && existsSync(folder)) return folder;
  return existsSync(file) || folder === null ? file : folder;
}

type AnchorsOf = (uid: string | null) => Promise<readonly AnchorSet[]>;

async function inFolder(path: string, uid: string | null, anchorsOf: AnchorsOf): Promise<Recorded> {
  const source = await folderSource(path);
  const bundle = join(path, 'bundle.json');
  return {
    kind: 'folder',
    path,
    uid,
    source,
    recording: async () => recordingOf(source, await readBundleText(bundle)),
    verify: async (elsewhere) => {
      const verification = await verifyJournal({
        from: { ...source, close: async () => {} },
        ...(existsSync(bundle) ? { bundle: await readBundleText(bundle) } : {}),
        artifacts: join(path, 'artifacts'),
        anchors: [...(await anchorsOf(uid)), { where: 'elsewhere', anchors: elsewhere }],
      });
      return uid === null ? verification : ofSession(verification, uid);
    },
    close: () => source.close(),
  };
}

function archived(path: string, archive: Archive, anchorsOf: AnchorsOf): Recorded {
  const { label, source, bundle } = archive;
  const { uid } = label.session;
  return {
    kind: 'archive',
    path,
    uid,
    source,
    recording: () => recordingOf(source, bundle),
    verify: async (elsewhere) =>
      verifyArchive(archive, [...(await anchorsOf(uid)), { where: 'elsewhere', anchors: elsewhere }]),
    close: () => archive.close(),
  };
}

/** A whole journal of another Session is none of this one: its anchors would be another's too. */
function ofSession(verification: Verification, uid: string): Verification {
  const { broken, started } = verification;
  if (broken !== null || started === null || started.uid === uid) return verification;
  const found = JSON.stringify(started.uid);
  const difference = { seq: 1, field: 'body.uid', expected: `"${uid}", as the folder of the Session says`, found };
  return { ...verification, proven: 'nothing', anchoredSeq: 0, bundle: 'not compared', broken: difference };
}

async function noSession(what: string, stateDir: string): Promise<OrketError> {
  return new OrketError('NotFound', `there is no Session ${JSON.stringify(what)}`, {
    at: stateDir,
    expected: 'the name of a Session of this state, the folder of one, or an archive',
    found: 'nothing',
    remedy: `${didYouMean(what, await sessionNames(stateDir))}List what there is with \`orket get sessions\`.`,
  });
}

function noJournal(path: string): OrketError {
  return new OrketError('NotFound', 'there is no journal', {
    at: path,
    expected: 'a folder of a Session with journal.jsonl, or an archive',
    found: existsSync(path) ? 'none in it: the Session never began' : 'nothing',
    remedy: 'List what there is with `orket get sessions`, or name the folder or the archive itself.',
  });
}
