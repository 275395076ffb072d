import { expect } from 'vitest';
import { beginFork, type ForkOptions } from '../../runtime/fork/begin.ts';
import { stablePath } from '../../runtime/call/path.ts';
import type { SessionEnded } from '#runtime';
import { SessionRig } from './rig.ts';

/** Forks a Session at a path and runs the fork to its end. */
export async function forked(
  parent: SessionRig,
  at: string,
  changes: Partial<Pick<ForkOptions, 'bundle' | 'outcomes' | 'secrets' | 'observed'>> = {},
): Promise<{ readonly rig: SessionRig; readonly result: SessionEnded }> {
  const rig = new SessionRig(changes.bundle ?? parent.bundle);
  await beginFork({
    parent: await parent.recording(),
    at,
    bundle: rig.bundle,
    uid: 'uid-1',
    provenance: {},
    store: rig.store,
    clock: () => (rig.now += 1),
    ...changes,
  });
  return { rig, result: await rig.run() };
}

/** The places of a Session at which it can be forked, in the order of its journal. */
export async function pathsOf(rig: SessionRig): Promise<readonly string[]> {
  const paths = (await rig.records()).map(({ path }) => stablePath(path)).filter((path) => path !== '');
  return [...new Set(paths)];
}

/** A fork without a change comes to the state of its parent, and replays to it. */
export async function sameFork(parent: SessionRig, at: string, stateDigest: string): Promise<void> {
  const { rig, result } = await forked(parent, at);
  try {
    expect(result.stateDigest, at).toBe(stateDigest);
    expect(await rig.replay(), at).toEqual({ verdict: 'same', stateDigest });
    expect((await rig.records())[1]).toMatchObject({ type: 'session.forked', body: { at } });
  } finally {
    rig.dispose();
  }
}
