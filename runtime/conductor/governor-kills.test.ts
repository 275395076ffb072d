import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionEnded } from '#runtime';
import { Rigs } from '../../test/session/governed.ts';
import { governedBundle, randomConductor, randomWishes } from '../../test/session/random-wishes.ts';
import type { SessionRig } from '../../test/session/rig.ts';
import { control, wish } from '../../test/session/say.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

/** Runs a Session to its end, and has a person let it go on wherever it pauses. */
async function toEnd(rig: SessionRig): Promise<SessionEnded> {
  for (let pauses = 0; pauses < 200; pauses += 1) {
    const result = await rig.attempt();
    if (result.status !== 'parked') return result;
    await control(rig, `resume-${pauses}`, 'resume');
  }
  throw new Error('it pauses without end');
}

async function killedAfter(rig: SessionRig, records: number): Promise<void> {
  rig.store.dieAfter = rig.store.lines.length + records;
  await rig.run().catch(() => undefined);
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
}

describe('whatever people and rules do, and wherever the process is killed', () => {
  it('a replay comes to the same state, and an end that was lost is found again', async () => {
    await fc.assert(
      fc.asyncProperty(randomConductor, randomWishes, fc.nat({ max: 30 }), async (conductor, wishes, lost) => {
        const rig = rigs.ofBundle(governedBundle(conductor));
        for (const [index, { records, adjust }] of wishes.entries()) {
          await killedAfter(rig, records);
          if (!(await hasEnded(rig))) await wish(rig, `w-${index}`, adjust);
        }
        const { stateDigest } = await toEnd(rig);
        expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });

        // Only what nobody had acknowledged to a person can be lost: from the last message on.
        const all = await rig.records();
        const told = all.findLastIndex(({ type }) => type === 'input.received') + 1;
        rig.store.lines.splice(Math.max(told, all.length - 1 - lost, 2));
        const again = await toEnd(rig);
        expect(again.stateDigest).toBe(stateDigest);
        expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
        rig.dispose();
      }),
      { numRuns: 10 },
    );
  });
});

async function hasEnded(rig: SessionRig): Promise<boolean> {
  return (await rig.records()).at(-1)?.type === 'session.ended';
}
