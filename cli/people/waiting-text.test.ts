import { expect, it, onTestFinished } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore } from '#runtime';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { readGates } from './gates.ts';
import { waitingText } from './waiting-text.ts';

it('tells of each gate that waits what would be called with what, who may decide and how many have, and of no other', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orket-waiting-'));
  const rig = new SessionRig(
    bundleOf({
      tools: [toolOf('files.write', 'write')],
      policyRules: [{ match: 'true', action: 'approve', approvers: { quorum: 2, minIdentity: 'os-uid' } }],
      steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'one \u001b[31mred' } })],
    }),
  );
  onTestFinished(() => {
    rig.dispose();
    rmSync(dir, { recursive: true });
  });
  const attempt = () => rig.attempt({ store: fileStore({ dir, anchorDir: join(dir, 'anchors') }) });
  await attempt();
  const [gate] = (await readGates(dir)).gates;
  if (gate === undefined) throw new Error('a gate waits');
  const said = { gate: gate.id, gateDigest: gate.digest, verdict: 'approve' } as const;
  rig.inbox.decide({ ...said, from: personOf('ada') });
  await attempt();

  const [text = '', ...others] = await waitingText(await readGates(dir), 0);
  expect(others).toEqual([]);
  expect(text).toContain(`Gate:        ${gate.id} at `);
  expect(text).toContain('Asks:        to call files.write');
  expect(text).toContain('So far:      1 of 2 people have decided: ada');
  expect(text).toContain(`Decision:    ${gate.digest}`);
  expect(text).toContain('"text": "one \\u001b[31mred"');
  const found = await readGates(dir);
  const many = await waitingText({ ...found, gates: Array.from({ length: 11 }, () => gate) }, 0);
  expect([many.length, many.at(-1)]).toEqual([9, '… and 3 more gates: orket approve SESSION GATE shows one']);

  rig.inbox.decide({ ...said, from: personOf('bob') });
  await attempt();
  expect(await waitingText(await readGates(dir), 0)).toEqual([]);
});
