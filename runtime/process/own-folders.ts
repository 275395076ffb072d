import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Launch } from '../launch.ts';
import { PathRefused, systemCode } from '../workspace/refusal.ts';
import type { FolderPlace } from './arguments.ts';

/**
 * The launch with the Workspace in the folder of its Session, whatever is written there. It is emptied and made anew,
 * what is read in the inbox is removed, and state is kept, so a folder that was copied or came from others must not lead
 * to another one. The other paths of a launch are only read from, and nothing counts that differs from its digest in the
 * bundle. Throws `PathRefused` where one that is written to is a link.
 */
export async function withOwnFolders(
  launch: Launch,
  { dir, stateDir }: Pick<FolderPlace, 'dir' | 'stateDir'>,
): Promise<Launch> {
  const workspace = join(dir, 'workspace');
  await expectFolder(workspace, 'workspace:');
  await expectFolder(join(dir, 'inbox'), 'inbox');
  for (const folder of stateDir === null ? [] : levelsOf(stateDir)) await expectFolder(folder, 'state');
  return { ...launch, spaces: { ...launch.spaces, workspace } };
}

/** `state/NAMESPACE/FLOW`: what is above may be where a person wants it. */
function levelsOf(stateDir: string): readonly string[] {
  const namespace = dirname(stateDir);
  return [dirname(namespace), namespace, stateDir];
}

async function expectFolder(path: string, shown: string): Promise<void> {
  const isFolder = await lstat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      // Whoever opens it makes it, or says that it is not there.
      if (systemCode(error) === 'ENOENT') return true;
      throw error;
    },
  );
  if (!isFolder) throw new PathRefused(shown, 'not-a-folder');
}
