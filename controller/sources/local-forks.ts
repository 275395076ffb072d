import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, OrketError, parseJson, type SessionFork, type SessionStatus } from '#crds';
import { systemCode, writeDurably } from '#runtime';
import { cutBytes } from '../reconcile/projection.ts';
import { written, type SessionFolder } from './session-folder.ts';

/** A fork as it stands beside the journal that it came from: that journal may have ended, and is not written to. */
export interface RecordedFork extends SessionFork {
  /** Up to where the journal was known when it was forked. */
  readonly parentHead: { readonly seq: number; readonly head: string };
}

const shown = 16;
const atBytes = 512;
const largestFile = 64 * 1024;

/** Records beside a Session that another one was forked from it: `forks/NAME.json`. Once is as good as twice. */
export async function recordFork({ path, ops }: SessionFolder, fork: RecordedFork): Promise<void> {
  const file = join(path, 'forks', `${fork.session}.json`);
  written(file, () => writeDurably(file, `${JSON.stringify(fork, null, 2)}\n`, ops));
}

/** What the status of a Session shows of its forks. Throws `InvalidManifest` for a file that is no record of one. */
export async function readForks({ path }: SessionFolder): Promise<Pick<SessionStatus, 'forks' | 'forksTotal'>> {
  const files = await readdir(join(path, 'forks')).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const names = files.filter((file) => file.endsWith('.json')).toSorted();
  if (names.length === 0) return {};
  const forks: SessionFork[] = [];
  for (const name of names.slice(0, shown)) forks.push(await readFork(join(path, 'forks', name)));
  return { forks, forksTotal: names.length };
}

async function readFork(path: string): Promise<SessionFork> {
  const { size } = await stat(path);
  const value = size > largestFile ? null : parseJson(await readFile(path, 'utf8'));
  const { session, uid, at } = isJsonObject(value) ? value : {};
  if (typeof session === 'string' && typeof uid === 'string' && typeof at === 'string')
    return { session: cutBytes(session, 253), uid: cutBytes(uid, 64), at: cutBytes(at, atBytes) };
  throw new OrketError('InvalidManifest', 'this is no record of a fork', {
    at: path,
    expected: `session, uid and at, in at most ${largestFile} bytes`,
    found: size > largestFile ? `${size} bytes` : 'something else',
  });
}
