import { expect } from 'vitest';
import type { Bundle } from '#crds';
import { openBundleWorkspace, type SessionEnded } from '#runtime';
import { SessionRig } from './rig.ts';
import { timed, timedFiles } from './timing.ts';

/** Runs a Session in two timings, and kills it somewhere in a third: all come to one state, as their replays do. */
export async function sameInAnyTiming(bundle: Bundle, seed: number): Promise<SessionEnded['status']> {
  const [first, second, killed] = [rigOf(bundle), rigOf(bundle), rigOf(bundle)];
  try {
    const { status, stateDigest } = await run(first, seed);
    const verdict = { verdict: 'same', stateDigest };
    expect(await first.replay()).toEqual(verdict);
    expect((await run(second, seed + 1)).stateDigest).toBe(stateDigest);
    expect(await second.replay()).toEqual(verdict);
    killed.store.dieAfter = 1 + (seed % first.store.lines.length);
    await run(killed, seed + 2).catch(() => undefined);
    killed.store.dieAfter = Number.POSITIVE_INFINITY;
    expect((await run(killed, seed + 3)).stateDigest).toBe(stateDigest);
    expect(await killed.replay()).toEqual(verdict);
    return status;
  } finally {
    for (const rig of [first, second, killed]) rig.dispose();
  }
}

/**
 * Where time decides what becomes of branches: whatever it was, a resume and a replay take it from the record. Gives how
 * many were cancelled.
 */
export async function sameAfterwards(bundle: Bundle, seed: number): Promise<number> {
  const rig = rigOf(bundle);
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
    rig.dispose();
  }
}

function rigOf(bundle: Bundle): SessionRig {
  return new SessionRig(bundle);
}

async function run(rig: SessionRig, seed: number): Promise<SessionEnded> {
  return rig.run({
    ...timed(rig, seed),
    openWorkspace: async (limits) => timedFiles(await openBundleWorkspace(rig.bundle, rig.launch, limits), seed),
  });
}
