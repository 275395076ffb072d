import { OrketError } from '#crds';
import type { FileLimits } from '../semantics/semantics.ts';
import { entriesOf } from './list.ts';
import { CallLog } from './call-log.ts';
import { parsePath } from './path.ts';
import { globOf, patternOf } from './pattern.ts';
import { readBytes, textOf } from './read.ts';
import { PathRefused } from './refusal.ts';
import { searchFiles } from './search.ts';
import { spaceFor, type Spaces } from './space.ts';
import type { CallFiles, FileEntry } from './workspace.ts';
import type { Writer } from './writer.ts';

/** The view of one call: does what the policy lets it do and keeps what was done and what was refused. */
export function createCallFiles(
  spaces: Spaces,
  writer: Writer,
  limits: FileLimits,
  signal: AbortSignal | null,
): CallFiles {
  const log = new CallLog(limits);
  const renames = new Set<Promise<void>>();
  let sealed = false;

  const refuseLate = (): void => {
    signal?.throwIfAborted();
    if (sealed) throw new OrketError('ToolFailed', 'the call has ended');
  };
  const noting = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      refuseLate();
      log.begin();
      return await work();
    } catch (error) {
      if (error instanceof PathRefused) log.refused(error);
      throw error;
    }
  };

  return {
    read: (text, limit) =>
      noting(async () => {
        const path = parsePath(text, limits);
        const bytes = await readBytes(spaceFor(spaces, path, 'read'), path);
        log.did('read', path.text);
        return textOf(path, bytes, limit);
      }),
    list: (text, { recursive, max }) =>
      noting(async () => {
        const path = parsePath(text, limits);
        const entries: FileEntry[] = [];
        const options = { recursive, max: max + 1, signal };
        for await (const entry of entriesOf(spaceFor(spaces, path, 'read'), path, options)) entries.push(entry);
        log.did('list', path.text);
        return { entries: entries.slice(0, max), truncated: entries.length > max };
      }),
    search: (text, pattern, { max, glob }) =>
      noting(async () => {
        const path = parsePath(text, limits);
        const space = spaceFor(spaces, path, 'read');
        const search = {
          pattern: await patternOf(pattern, limits),
          matchesGlob: await globOf(glob, limits),
          max,
          signal,
        };
        const result = await searchFiles(space, path, { ...search, onRead: (read) => log.did('read', read) });
        log.did('list', path.text);
        return result;
      }),
    write: (text, content) =>
      noting(async () => {
        const path = parsePath(text, limits);
        const { layers } = spaceFor(spaces, path, 'write');
        const noted = Promise.withResolvers<void>();
        const beforeRename = (place: string, bytes: number): void => {
          refuseLate();
          log.mayWrite(place, bytes, path.text);
          renames.add(noted.promise);
        };
        try {
          const { path: place, bytes, before, after } = await writer.write(layers, path, content, beforeRename);
          log.did('write', path.text);
          log.changed({ path: place, before, after, bytes });
          return { path: path.text, bytes: bytes.length, digest: after };
        } finally {
          noted.resolve();
          renames.delete(noted.promise);
        }
      }),
    seal: async () => {
      sealed = true;
      await Promise.all(renames);
    },
    log: () => log.all(),
  };
}
