import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withOwnWorkspace } from './own-workspace.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orket-session-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const launch = {
  launchVersion: 1,
  session: { name: 's', uid: 'u' },
  provenance: {},
  spaces: { workspace: '/home/ada', domain: '/home/ada/code', launch: null, references: {} },
  modelFiles: {},
} as const;

describe('the Workspace of a Session on this machine', () => {
  it('is in its folder, whatever its launch says', async () => {
    mkdirSync(join(dir, 'workspace'));
    const { spaces } = await withOwnWorkspace(launch, dir);
    expect(spaces).toEqual({ ...launch.spaces, workspace: join(dir, 'workspace') });
  });

  it.each(['workspace', 'inbox'])('is refused where the %s is a link to another folder', async (name) => {
    mkdirSync(join(dir, 'precious'));
    symlinkSync(join(dir, 'precious'), join(dir, name));
    await expect(withOwnWorkspace(launch, dir)).rejects.toMatchObject({ reason: 'PathRefused', rule: 'not-a-folder' });
  });
});
