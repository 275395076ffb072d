import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBundle } from '../../test/session/random-bundle.ts';
import { SessionRig } from '../../test/session/rig.ts';

describe('replay', () => {
  it('comes to the same state as any run, whatever happened in it', async () => {
    const statuses = new Set<string>();
    await fc.assert(
      fc.asyncProperty(randomBundle, async (bundle) => {
        const rig = new SessionRig(bundle);
        try {
          const result = await rig.run();
          statuses.add(result.status);
          expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
        } finally {
          rig.dispose();
        }
      }),
      { numRuns: 8, seed: 7 },
    );
    expect([...statuses].toSorted()).toEqual(['failed', 'succeeded']);
  });
});
