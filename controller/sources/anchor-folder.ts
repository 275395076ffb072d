import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where anchors of local journals are kept: the user's state folder, outside every checkout, one folder for each UID. */
export function anchorFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'orket', 'anchors');
}
