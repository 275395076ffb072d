import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainLines, sampleSession, temporaryFolder } from '../../test/conformance/store-samples.ts';
import { execute } from '../program.ts';
import { fakeShell } from '../../test/cli/fake-shell.ts';

const { lines, place } = chainLines(sampleSession());
const uid = '6b0d8f2e-4a57-4f0e-9f5b-0c7a4d1f3e21';
const otherUid = '00000000-4a57-4f0e-9f5b-0c7a4d1f3e21';

/** Verifies a folder of these files; anchors are kept under a state directory by UID. */
async function verify(files: Readonly<Record<string, string>>, anchored: string | null = null) {
  const [folder, state] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(folder, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (anchored !== null) {
    const anchors = join(state, 'orket/anchors', anchored);
    mkdirSync(anchors, { recursive: true });
    writeFileSync(join(anchors, 'anchors.jsonl'), `${JSON.stringify({ seq: place.seq, head: place.head })}\n`);
  }
  const { shell, said } = fakeShell({ environment: { XDG_STATE_HOME: state } });
  const code = await execute(['verify', folder, '-o', 'json'], shell, '0.0.0');
  return { code, ...JSON.parse(said.answers.join('\n')) };
}

const yaml = (id: string): string => `kind: Session\nmetadata:\n  name: a\n  uid: ${id}\n`;
const launch = (id: string): string => JSON.stringify({ session: { name: 'a', uid: id } });

describe('orket verify', () => {
  it.each([
    ['session.yaml', { 'session.yaml': yaml(uid), 'launch.json': '{' }],
    ['launch.json', { 'session.yaml': '{ half', 'launch.json': launch(uid) }],
  ])('finds the anchors of the Session that %s names', async (_, files) => {
    expect(await verify(files, uid)).toMatchObject({ code: 0, broken: null, proven: 'anchored on this machine' });
  });

  it.each([
    ['session.yaml', { 'session.yaml': yaml(otherUid), 'launch.json': launch(uid) }],
    ['launch.json', { 'launch.json': launch(otherUid) }],
  ])('takes the journal of another Session than %s names for a break', async (_, files) => {
    expect(await verify(files, uid)).toMatchObject({
      code: 23,
      proven: 'nothing',
      anchoredSeq: 0,
      broken: { seq: 1, field: 'body.uid', expected: expect.stringContaining(otherUid), found: `"${uid}"` },
    });
  });

  it('looks for no anchors where nothing but the journal says whose they are', async () => {
    expect(await verify({}, uid)).toMatchObject({ code: 0, proven: 'chain only' });
    expect(await verify({ 'launch.json': launch('../escape') }, uid)).toMatchObject({ code: 0, proven: 'chain only' });
  });
});
