import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '#crds';
import type { JournalRecord } from '#runtime';
import { randomBundle } from '../../test/session/random-bundle.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { splitAttempt } from '../call/path.ts';

describe('a Session that was killed', () => {
  it('comes to the same state and the same files, after whichever record it was killed', async () => {
    await fc.assert(
      fc.asyncProperty(randomBundle, async (bundle) => {
        const undisturbed = await toEnd(bundle, []);
        for (let killedAfter = 0; killedAfter < undisturbed.records.length; killedAfter += 1) {
          const killed = await toEnd(bundle, [killedAfter, killedAfter + 3]);
          expect({ killedAfter, stateDigest: killed.stateDigest }).toEqual({
            killedAfter,
            stateDigest: undisturbed.stateDigest,
          });
          expect(killed.tree).toBe(undisturbed.tree);
          expectNothingTwice(killed.records);
        }
      }),
      { numRuns: 8, seed: 11 },
    );
  });
});

/** Runs a Session with kills after the given numbers of records, then to its end. */
async function toEnd(
  bundle: Bundle,
  kills: readonly number[],
): Promise<{ readonly stateDigest: string; readonly tree: string; readonly records: readonly JournalRecord[] }> {
  const rig = new SessionRig(bundle);
  try {
    for (const dieAfter of kills) {
      rig.store.dieAfter = dieAfter;
      await rig.run().catch(() => undefined);
    }
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await rig.run();
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    return { stateDigest, tree: await rig.tree(), records: await rig.records() };
  } finally {
    rig.dispose();
  }
}

/** No intent follows an answer at the same place, but where a model server said that nothing had happened. */
function expectNothingTwice(records: readonly JournalRecord[]): void {
  const answered = new Set<string>();
  for (const record of records) {
    const { base } = splitAttempt(record.path);
    if (record.type === 'call.intent' || record.type === 'model.request')
      expect(answered.has(base), `${base} again`).toBe(false);
    if (record.type === 'call.outcome') answered.add(base);
    if (record.type === 'model.response' && record.body.error === null) answered.add(base);
  }
}
