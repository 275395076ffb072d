import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readForks, recordFork } from './local-forks.ts';
import { SessionFolder } from './session-folder.ts';

let dir: string;
let folder: SessionFolder;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'orket-forks-'));
  folder = new SessionFolder(join(dir, '.orket'), 'demo');
  await folder.create();
});
afterEach(() => rmSync(dir, { recursive: true }));

const fork = (session: string, at = 'write#1') => ({ session, uid: `uid of ${session}`, at });
const parentHead = { seq: 3, head: 'f'.repeat(64) };

describe('the forks of a Session', () => {
  it('are none before the first', async () => expect(await readForks(folder)).toEqual({}));

  it('are told by name, each once', async () => {
    for (const name of ['demo-b', 'demo-a', 'demo-b']) await recordFork(folder, { ...fork(name), parentHead });
    expect(await readForks(folder)).toEqual({ forks: [fork('demo-a'), fork('demo-b')], forksTotal: 2 });
  });

  it('are told as far as a status has room, and counted', async () => {
    const long = `${'s'.repeat(600)}#1`;
    for (let index = 10; index < 30; index += 1)
      await recordFork(folder, { ...fork(`demo-${index}`, long), parentHead });
    const { forks = [], forksTotal } = await readForks(folder);
    expect([forks.length, forksTotal]).toEqual([16, 20]);
    expect(Buffer.byteLength(JSON.stringify(forks))).toBeLessThan(12 * 1024);
  });

  it.each(['[]', '{"session":1}', JSON.stringify({ ...fork('x'), more: 'y'.repeat(70_000) })])(
    'are not made up from %.20s',
    async (text) => {
      await recordFork(folder, { ...fork('demo-a'), parentHead });
      writeFileSync(join(folder.path, 'forks', 'demo-a.json'), text);
      await expect(readForks(folder)).rejects.toMatchObject({ reason: 'InvalidManifest' });
    },
  );
});
