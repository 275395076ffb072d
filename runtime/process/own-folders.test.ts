import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withOwnFolders } from './own-folders.ts';

let base: string;
let dir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'orket-session-'));
  dir = join(base, 'sessions', 's');
  mkdirSync(dir, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true }));

const launch = {
  launchVersion: 1,
  session: { name: 's', uid: 'u' },
  provenance: {},
  spaces: { workspace: '/home/ada', domain: '/home/ada/code', references: {} },
  modelFiles: {},
} as const;

function own(): ReturnType<typeof withOwnFolders> {
  return withOwnFolders(launch, { dir, stateDir: join(base, 'state', 'default', 'flow') });
}

describe('what a Session on this machine writes', () => {
  it('is in its folder, whatever its launch says', async () => {
    mkdirSync(join(dir, 'workspace'));
    const { spaces } = await own();
    expect(spaces).toEqual({ ...launch.spaces, workspace: join(dir, 'workspace') });
  });

  it.each(['sessions/s/workspace', 'sessions/s/inbox', 'state', 'state/default', 'state/default/flow'])(
    'is refused where %s is a link to another folder',
    async (name) => {
      mkdirSync(join(base, 'precious/default/flow'), { recursive: true });
      mkdirSync(dirname(join(base, name)), { recursive: true });
      symlinkSync(join(base, 'precious'), join(base, name));
      await expect(own()).rejects.toMatchObject({ reason: 'PathRefused', rule: 'not-a-folder' });
    },
  );
});
