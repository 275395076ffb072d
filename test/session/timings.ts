import { expect } from 'vitest';
import type { Bundle } from '#crds';
import { openBundleWorkspace, type SessionEnded } from '#runtime';
import { SessionRig } from './rig.ts';
import { timed, timedFiles } from './timing.ts';

/** Runs a Session in two timings, and kills some of them somewhere in a third: all come to one state, as replays do. */
export async function sameInAnyTiming(bundle: Bundle, seed: number): Promise<SessionEnded['status']> {
  const { status, stateDigest, records } = await inOneTiming(bundle, seed);
  expect(await inOneTiming(bundle, seed + 1)).toMatchObject({ stateDigest });
  if (seed % 4 === 0)
    expect(await inOneTiming(bundle, seed + 2, 1 + ((seed >> 2) % records))).toMatchObject({ stateDigest });
  return status;
}

/** A Session in the timing of a seed, replayed; where `dieAfter` is given it is killed after so many records first. */
async function inOneTiming(
  bundle: Bundle,
  seed: number,
  dieAfter: number | null = null,
): Promise<Pick<SessionEnded, 'status' | 'stateDigest'> & { readonly records: number }> {
  const rig = new SessionRig(bundle);
  try {
    if (dieAfter !== null) {
      rig.store.dieAfter = dieAfter;
      await run(rig, seed + 1).catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
    }
    const { status, stateDigest } = await run(rig, seed);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    return { status, stateDigest, records: rig.store.lines.length };
  } finally {
    await rig.remove();
  }
}

/**
 * Where time decides what becomes of branches: whatever it was, a resume and a replay take it from the record. Gives how
 * many were cancelled.
 */
export async function sameAfterwards(bundle: Bundle, seed: number): Promise<number> {
  const rig = new SessionRig(bundle);
  try {
    rig.store.dieAfter = 3 + (seed % 60);
    await run(rig, seed).catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await run(rig, seed + 1);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    const records = await rig.records();
    return records.filter(({ type, body }) => type === 'step.ended' && 'status' in body && body.status === 'cancelled')
      .length;
  } finally {
    await rig.remove();
  }
}

async function run(rig: SessionRig, seed: number): Promise<SessionEnded> {
  return rig.run({
    ...timed(rig, seed),
    openWorkspace: async (limits) => timedFiles(await openBundleWorkspace(rig.bundle, rig.launch, limits), seed),
  });
}
