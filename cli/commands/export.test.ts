import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canonicalJson } from '#crds';
import { chainLines, sampleBundle, sampleSession, temporaryFolder } from '../../test/conformance/store-samples.ts';
import { execute } from '../program.ts';
import { fakeShell } from '../../test/cli/fake-shell.ts';

it('exports the same bytes whatever anchors the machine keeps, and proves nothing by an archive itself', async () => {
  const { lines, place } = chainLines(sampleSession());
  const [first = ''] = lines;
  const { uid } = JSON.parse(first).body;
  const [folder, state, none] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  writeFileSync(join(folder, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''));
  writeFileSync(join(folder, 'bundle.json'), canonicalJson(sampleBundle));
  mkdirSync(join(state, 'orket/anchors', uid), { recursive: true });
  const anchor = canonicalJson({ seq: place.seq, head: place.head });
  writeFileSync(join(state, 'orket/anchors', uid, 'anchors.jsonl'), `${anchor}\n`);
  const on = async (XDG_STATE_HOME: string, ...args: readonly string[]) => {
    const { shell, said } = fakeShell({ environment: { XDG_STATE_HOME }, cwd: folder });
    return { code: await execute([...args], shell, '0.0.0'), said: said.answers.join('\n'), told: said.errors };
  };
  expect(await on(state, 'export', folder, 'here.orket')).toMatchObject({ code: 0 });
  expect(await on(none, 'export', folder, 'there.orket')).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'here.orket')).equals(readFileSync(join(folder, 'there.orket')))).toBe(true);
  expect(await on(none, 'verify', 'here.orket')).toMatchObject({ said: expect.stringContaining('chain only') });
  expect(await on(state, 'verify', 'here.orket')).toMatchObject({ said: expect.stringContaining('anchored on this') });
});
