import { setImmediate } from 'node:timers/promises';
import { OrketError } from '#crds';
import { entriesOf } from './list.ts';
import { parsePath, type SpacePath } from './path.ts';
import type { Pattern } from './pattern.ts';
import { decode, readBytes } from './read.ts';
import { PathRefused } from './refusal.ts';
import { openForRead, type Space } from './space.ts';
import type { SearchResult } from './workspace.ts';

export interface SearchOptions {
  readonly pattern: Pattern;
  readonly matchesGlob: (path: string) => boolean;
  readonly max: number;
  readonly signal: AbortSignal | null;
  /** Told of each file that was read. */
  readonly onRead: (path: string) => void;
}

type Match = SearchResult['matches'][number];

interface Progress {
  readonly limits: Space['limits'];
  readonly matches: Match[];
  bytes: number;
  work: number;
  /** Something was left out. */
  skipped: boolean;
}

/**
 * Looks for a pattern in the lines of the files below a path, in the order of their paths. Bounded in files, bytes and
 * work; binary files are passed over; links are not followed. Throws DomainChanged and PathRefused.
 */
export async function searchFiles(space: Space, path: SpacePath, options: SearchOptions): Promise<SearchResult> {
  const progress: Progress = { limits: space.limits, matches: [], bytes: 0, work: 0, skipped: false };
  for await (const file of filesBelow(space, path, options)) {
    if (isSpent(progress, options)) return { matches: progress.matches.slice(0, options.max), truncated: true };
    await searchFile(space, file, options, progress);
  }
  const { matches, skipped } = progress;
  return { matches: matches.slice(0, options.max), truncated: skipped || matches.length > options.max };
}

/** More than asked for is looked for once, to know whether there is more. */
function isSpent({ limits, matches, bytes, work }: Progress, options: SearchOptions): boolean {
  return matches.length > options.max || bytes >= limits.searchBytes || work >= limits.searchWork;
}

async function* filesBelow(space: Space, path: SpacePath, options: SearchOptions): AsyncGenerator<SpacePath> {
  if (await isFile(space, path)) {
    yield path;
    return;
  }
  const prefix = `${space.name}:`.length;
  const walk = { recursive: space.recursive, max: space.limits.searchFiles, signal: options.signal };
  for await (const entry of entriesOf(space, path, walk)) {
    if (entry.kind === 'file' && options.matchesGlob(entry.path.slice(prefix)))
      yield parsePath(entry.path, space.limits);
  }
}

async function isFile(space: Space, path: SpacePath): Promise<boolean> {
  const { opened, stats } = await openForRead(space, path);
  await opened.handle.close();
  return stats.isFile();
}

async function searchFile(space: Space, path: SpacePath, options: SearchOptions, progress: Progress): Promise<void> {
  const bytes = await readToSearch(space, path);
  if (bytes === null) {
    progress.skipped = true;
    return;
  }
  options.onRead(path.text);
  progress.bytes += bytes.length;
  const text = decode(bytes);
  if (text !== null) await searchText(text, path, options, progress);
}

/** Null where a file cannot be searched but may be there: it is too large, or not accessible by its kind or name. */
async function readToSearch(space: Space, path: SpacePath): Promise<Uint8Array | null> {
  try {
    return await readBytes(space, path);
  } catch (error) {
    if (error instanceof PathRefused) return null;
    if (error instanceof OrketError && error.reason === 'FileNotFound') return null;
    throw error;
  }
}

/** Work between two looks at the signal and at what else the process has to do. */
const workBetweenPauses = 2_000_000;

async function searchText(text: string, path: SpacePath, options: SearchOptions, progress: Progress): Promise<void> {
  let sincePause = 0;
  let number = 0;
  for (let start = 0; start <= text.length; number++) {
    const end = lineEnd(text, start);
    const line = text.slice(start, Math.min(end, start + progress.limits.lineLength)).replace(/\r$/, '');
    const found = options.pattern.find(line);
    if (found >= 0)
      progress.matches.push({ path: path.text, line: number + 1, text: shownLine(line, found, progress.limits) });
    const work = (line.length + 1) * options.pattern.cost;
    progress.work += work;
    sincePause += work;
    if (isSpent(progress, options)) return;
    if (sincePause > workBetweenPauses) {
      sincePause = 0;
      await setImmediate();
      options.signal?.throwIfAborted();
    }
    start = end + 1;
  }
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** A line as it is shown: where it is long, the part around the match. */
function shownLine(line: string, found: number, { shownLength }: Progress['limits']): string {
  if (line.length <= shownLength) return line;
  const start = Math.max(0, Math.min(found - shownLength / 3, line.length - shownLength));
  return line.slice(start, start + shownLength).toWellFormed();
}
