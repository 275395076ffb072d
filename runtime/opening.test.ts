import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, reply } from '../test/session/bundles.ts';
import { chainLines } from '../test/conformance/store-samples.ts';
import { SessionRig } from '../test/session/rig.ts';
import { beginning, readLine, type Place } from './journal/chain.ts';
import type { Draft } from './journal/record.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

/** Writes on where a journal ends, as somebody does who can make the chain fit. */
async function forge(...drafts: readonly Draft[]): Promise<void> {
  let place: Place = beginning;
  for (const line of rig.store.lines) {
    const link = readLine(line, place);
    if (link.kind === 'record') ({ place } = link);
  }
  rig.store.lines.push(...chainLines(drafts, { place }).lines);
}

describe('an attempt', () => {
  it('does not go on with a decision that nobody made, and does nothing', async () => {
    rig = new SessionRig(
      bundleOf({
        policyRules: [{ match: 'call.name == "files.write"', action: 'approve' }],
        replies: [
          reply('writer', 1, { toolCalls: [{ name: 'files.write', arguments: { path: 'a.md', text: 'one' } }] }),
          { text: 'Done.' },
        ],
      }),
    );
    await rig.attempt();
    const [open] = await rig.gates();
    if (open === undefined) throw new Error('no gate is open');
    const body = {
      gate: open.opened.seq,
      verdict: 'approved',
      decisions: ['d-1'],
      by: [{ name: 'ada', groups: [], verifiedBy: 'os-uid' }],
      note: '',
      value: null,
      valueDigest: null,
    } as const;
    await forge({ type: 'gate.decided', path: open.opened.path, body });
    const { length } = rig.store.lines;
    await expect(rig.attempt()).rejects.toMatchObject({
      reason: 'JournalCorrupt',
      detail: { at: `journal record ${length}, body.decisions[0]`, expected: 'a decision that was received' },
    });
    expect(rig.store.lines).toHaveLength(length);
    expect(await rig.replay()).toMatchObject({ verdict: 'diverged', divergence: { field: 'body.decisions[0]' } });
  });

  it('does not go on with an outcome of what was never begun', async () => {
    rig = new SessionRig(bundleOf());
    rig.store.dieAfter = 3;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const outcome = { status: 'succeeded', output: null, outputDigest: null, error: null, changes: [] } as const;
    await forge({ type: 'call.outcome', path: 'first#1~1', body: outcome });
    await expect(rig.run()).rejects.toMatchObject({
      reason: 'JournalCorrupt',
      detail: { found: 'call.outcome without it' },
    });
  });
});
