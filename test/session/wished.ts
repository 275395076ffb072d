import { expect } from 'vitest';
import type { BundleConductor } from '#crds';
import type { SessionEnded } from '#runtime';
import { governedBundle, type Wishes } from './random-wishes.ts';
import { SessionRig } from './rig.ts';
import { control, wish } from './say.ts';

/**
 * Runs a Session in which a person wants something after each of several kills: a replay comes to the same state, and an
 * end of its journal that was lost is found again.
 */
export async function sameWhateverIsWished(conductor: BundleConductor, wishes: Wishes, lost: number): Promise<void> {
  const rig = new SessionRig(governedBundle(conductor));
  try {
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
  } finally {
    rig.dispose();
  }
}

/** Runs a Session to its end, and has a person let it go on wherever it pauses. */
export async function toEnd(rig: SessionRig): Promise<SessionEnded> {
  for (let pauses = 0; pauses < 200; pauses += 1) {
    const result = await rig.attempt();
    if (result.status !== 'parked') return result;
    await control(rig, `resume-${pauses}`, 'resume');
  }
  throw new Error('it pauses without end');
}

export async function killedAfter(rig: SessionRig, records: number): Promise<void> {
  rig.store.dieAfter = rig.store.lines.length + records;
  await rig.run().catch(() => undefined);
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
}

async function hasEnded(rig: SessionRig): Promise<boolean> {
  return (await rig.records()).at(-1)?.type === 'session.ended';
}
