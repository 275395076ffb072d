import { expect, it, onTestFinished } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore, verifyJournal } from '#runtime';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { readGates } from './gates.ts';

it('hears what people said of a gate also where it is too long for a record', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orket-gates-'));
  const rig = new SessionRig(
    bundleOf({
      tools: [toolOf('files.write', 'write')],
      policyRules: [{ match: 'true', action: 'approve', approvers: { quorum: 2, minIdentity: 'os-uid' } }],
      steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'a' } })],
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
  const long = { ...said, input: { path: 'a.md', text: 'x'.repeat(40_000) } };
  for (const decision of [said, long]) {
    rig.inbox.decide({ ...decision, from: personOf('ada') });
    await attempt();
  }
  const [waiting] = (await readGates(dir)).gates;
  expect(waiting?.received).toHaveLength(2);
  expect(waiting?.heard.map(({ decision, from }) => [from.name, decision.input])).toEqual([
    ['ada', undefined],
    ['ada', long.input],
  ]);
  rig.inbox.decide({ ...long, from: personOf('bob') });
  expect(await attempt()).toMatchObject({ status: 'succeeded' });
  const [decided] = (await readGates(dir)).gates;
  expect(decided?.decided?.body.by.map(({ name }) => name)).toEqual(['ada', 'bob']);
  expect(await verifyJournal({ from: dir })).toMatchObject({ broken: null });
});
