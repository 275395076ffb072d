import { expect, it } from 'vitest';
import { beginning } from '../../runtime/journal/chain.ts';
import { sessionUid, startGateway } from './gateway-rig.ts';
import { chainLines, sampleDraft } from './store-samples.ts';

it('is taken from a pod that a gate has expired, also by a gateway that was restarted, and not before', async () => {
  const rig = await startGateway();
  try {
    await rig.announce(1);
    let after = beginning;
    const put = async (...drafts: Parameters<typeof chainLines>[0]): Promise<number> => {
      const { lines, place } = chainLines(drafts, { place: after });
      const from = { expectedHead: after.head, firstSeq: after.seq + 1 };
      const body = { lines, epoch: 1, ...from, sync: true };
      const path = `/v1/sessions/${sessionUid}/journal/append`;
      const { status } = await rig.call('POST', path, { token: rig.podToken(1), body });
      if (status === 204) after = place;
      return status;
    };
    const opened = (path: string, expiresAt: string) => sampleDraft('gate.opened', { expiresAt, voids: null }, path);
    const expired = (path: string, gate: number) =>
      sampleDraft(
        'gate.decided',
        { gate, verdict: 'expired', decisions: [], by: [], value: null, valueDigest: null },
        path,
      );
    const [one, two] = ['write#1~1/g1', 'write#2~1/g1'] as const;
    expect(await put(opened(one, '2999-01-01T00:00:00.000Z'), opened(two, '2001-01-01T00:00:00.000Z'))).toBe(204);
    await rig.restart();
    expect(await put(expired(one, 1))).toBe(403);
    expect(await put(expired(two, 2))).toBe(204);
    expect(await put(expired(two, 2))).toBe(403);
  } finally {
    await rig.stop();
  }
});
