import { expect } from 'vitest';
import { beginFork, type ForkOptions } from '../../runtime/fork/begin.ts';
import { stablePath } from '../../runtime/call/path.ts';
import type { SessionEnded } from '#runtime';
import { personOf } from './memory-inbox.ts';
import { SessionRig } from './rig.ts';

type Changes = Partial<Pick<ForkOptions, 'bundle' | 'outcomes' | 'secrets' | 'observed'>>;

/** Forks a Session at a path and runs the fork to its end. */
export async function forked(
  parent: SessionRig,
  at: string,
  changes: Changes = {},
): Promise<{ readonly rig: SessionRig; readonly result: SessionEnded }> {
  const rig = new SessionRig(changes.bundle ?? parent.bundle);
  await begunFork(parent, at, rig, changes);
  return { rig, result: await withEverybodysApproval(rig) };
}

/** Begins the journal of a fork. */
export async function begunFork(parent: SessionRig, at: string, rig: SessionRig, changes: Changes = {}): Promise<void> {
  await beginFork({
    parent: await parent.recording(),
    at,
    bundle: rig.bundle,
    uid: 'uid-1',
    provenance: rig.provenance,
    store: rig.store,
    clock: () => (rig.now += 1),
    ...changes,
  });
}

/** Runs a Session to its end, and has two people approve whatever waits. */
async function withEverybodysApproval(rig: SessionRig): Promise<SessionEnded> {
  for (let parks = 0; parks < 20; parks += 1) {
    const result = await rig.attempt();
    if (result.status !== 'parked') return result;
    for (const { gate, gateDigest } of await rig.gates())
      for (const name of ['ada', 'grace'])
        rig.inbox.decide({ gate, gateDigest, verdict: 'approve', from: personOf(name) });
  }
  throw new Error('it parks without end');
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
