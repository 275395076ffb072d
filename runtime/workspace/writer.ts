import type { Digest } from '#crds';
import type { Root } from './folder.ts';
import type { SpacePath } from './path.ts';
import { PathRefused } from './refusal.ts';
import { rebuildFiles } from './rebuild.ts';
import { createStorage } from './storage.ts';
import { treeOf, type Tree } from './tree.ts';
import type { Workspace } from './workspace.ts';
import { bytesOfText, writeFile, type Written } from './write.ts';

/** Everything that changes the Workspace, one thing after another. */
export interface Writer {
  /** `beforeRename` is called in its turn, right before the file changes, and stops that by throwing. */
  write(path: SpacePath, text: string, beforeRename: () => void): Promise<Written & { readonly bytes: Uint8Array }>;
  readonly rebuild: Workspace['rebuild'];
  /** Read from the files once after each change, not each time. */
  treeDigest(): Promise<Digest>;
}

/** Takes the folder with what is in it. `sizeLimitBytes` is null for no limit. */
export async function createWriter(root: Root, sizeLimitBytes: number | null): Promise<Writer> {
  const storage = createStorage(sizeLimitBytes);
  const oneByOne = createQueue();
  storage.reset(filesOf(await treeOf(root.path, { listing: 'all' })));
  let digest: Digest | null = null;
  return {
    write: (path, text, beforeRename) =>
      oneByOne(async () => {
        if (path.segments.length === 0) throw new PathRefused(path.text, 'not-a-file');
        for (const segment of path.segments) {
          if (segment !== segment.normalize('NFC')) throw new PathRefused(path.text, 'not-normalised');
        }
        const bytes = bytesOfText(path, text);
        digest = null;
        const giveBack = storage.take(path.segments.join('/'), bytes.length);
        try {
          return { ...(await writeFile(root, path, bytes, beforeRename)), bytes };
        } catch (error) {
          giveBack();
          throw error;
        }
      }),
    rebuild: (changes, read) =>
      oneByOne(async () => {
        digest = null;
        storage.reset(await rebuildFiles(root, changes, read));
      }),
    treeDigest: () => oneByOne(async () => (digest ??= (await treeOf(root.path, { listing: 'all' })).digest)),
  };
}

function* filesOf(tree: Tree): Generator<readonly [string, number]> {
  for (const [path, { kind, bytes }] of tree.entries) if (kind !== 'dir') yield [path, bytes];
}

/** Runs work in the order in which it comes; a failure is its caller's alone. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}
