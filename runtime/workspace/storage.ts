import { OrketError } from '#crds';
import { twinKey } from './names.ts';
import { PathRefused } from './refusal.ts';

/** What the Workspace holds: sizes for the limit, names for their twins. Paths are relative, with `/`. */
export interface Storage {
  /** Forgets everything and takes these files instead. */
  reset(files: Iterable<readonly [path: string, bytes: number]>): void;
  /**
   * Takes a file into account before it is written and returns what takes it out again. `shown` is the path as it was
   * asked for. Throws StorageExceeded, and PathRefused where the name is the twin of another.
   */
  take(path: string, bytes: number, shown: string): () => void;
  /** Throws PathRefused where a name, or a folder above it, is the twin of another. */
  assertNoTwin(path: string, shown: string): void;
  /** Throws StorageExceeded where the files are more than the limit already. */
  assertFits(): void;
}

/** `sizeLimitBytes` is null for no limit. */
export function createStorage(sizeLimitBytes: number | null, mostFiles: number): Storage {
  const files = new Map<string, number>();
  /** The one name that is used, by what all its twins have in common; folders too. */
  const names = new Map<string, string>();
  let total = 0;

  const put = (path: string, bytes: number | undefined): void => {
    total += (bytes ?? 0) - (files.get(path) ?? 0);
    if (bytes === undefined) files.delete(path);
    else files.set(path, bytes);
  };

  const assertNoTwin = (path: string, shown: string): void => {
    const twin = namesOf(path).find((name) => (names.get(twinKey(name)) ?? name) !== name);
    if (twin !== undefined) throw new PathRefused(shown, 'name-twin');
  };

  return {
    assertNoTwin,
    assertFits: () => assertFits('workspace:', total, sizeLimitBytes),
    reset: (fresh) => {
      files.clear();
      names.clear();
      total = 0;
      for (const [path, bytes] of fresh) {
        put(path, bytes);
        for (const name of namesOf(path)) names.set(twinKey(name), name);
      }
    },
    take: (path, bytes, shown) => {
      const before = files.get(path);
      assertFits(shown, total + bytes - (before ?? 0), sizeLimitBytes);
      if (before === undefined && files.size >= mostFiles) throw tooManyFiles(shown, mostFiles);
      const fresh = namesOf(path).filter((name) => !names.has(twinKey(name)));
      assertNoTwin(path, shown);
      for (const name of fresh) names.set(twinKey(name), name);
      put(path, bytes);
      return () => {
        for (const name of fresh) names.delete(twinKey(name));
        put(path, before);
      };
    },
  };
}

/** A path and all folders above it. */
function namesOf(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

function assertFits(at: string, wanted: number, limit: number | null): void {
  if (limit === null || wanted <= limit) return;
  throw new OrketError('StorageExceeded', 'the Workspace would grow beyond its storage', {
    at,
    expected: `at most ${limit} bytes in all (workspace.storage.sizeLimit)`,
    found: `${wanted} bytes`,
    remedy: 'Write less, or raise the limit of the Flow.',
  });
}

export function tooManyFiles(at: string, most: number): OrketError {
  const expected = `at most ${most} files`;
  return new OrketError('StorageExceeded', 'the Workspace holds too many files', { at, expected });
}
