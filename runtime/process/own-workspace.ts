import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../launch.ts';
import { PathRefused, systemCode } from '../workspace/refusal.ts';

/**
 * The launch with the Workspace in the folder of its Session, whatever is written there. It is emptied and made anew, and
 * what is read in the inbox is removed, so a folder that was copied or came from others must not lead to another one.
 * Throws `PathRefused` where one of them is a link.
 */
export async function withOwnWorkspace(launch: Launch, dir: string): Promise<Launch> {
  const workspace = join(dir, 'workspace');
  await expectFolder(workspace, 'workspace:');
  await expectFolder(join(dir, 'inbox'), 'inbox');
  return { ...launch, spaces: { ...launch.spaces, workspace } };
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
