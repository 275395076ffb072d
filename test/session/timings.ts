import { expect } from 'vitest';
import { type JournalRecord, type SessionDeps, type SessionEnded } from '#runtime';
import { openBundleWorkspace } from '../../runtime/workspace/from-bundle.ts';
import { hostsOf } from './hosted.ts';
import { personOf } from './memory-inbox.ts';
import { People } from './people.ts';
import { expirySeconds, type Asking } from './random-asking.ts';
import { SessionRig } from './rig.ts';
import { pausing, timed, timedFiles } from './timing.ts';

/** A Session that ended, and what happened in it. */
export interface Seen {
  readonly status: SessionEnded['status'];
  readonly records: readonly JournalRecord[];
}

/**
 * Runs a Session in two timings: in the first people decide while it runs, in the second once it has parked, and that
 * one is killed somewhere for every third seed. Both come to one state, as their replays do.
 */
export async function sameInAnyTiming(asking: Asking, seed: number): Promise<Seen> {
  const [first, second] = [new Timed(asking), new Timed(asking)];
  try {
    const { status, stateDigest } = await first.toEnd(seed, { live: true });
    const verdict = { verdict: 'same', stateDigest };
    expect(await first.rig.replay()).toEqual(verdict);
    if (seed % 3 === 0) await second.killedAfter(1 + ((seed / 3) % first.rig.store.lines.length), seed + 2);
    expect((await second.toEnd(seed + 1, { live: false })).stateDigest).toBe(stateDigest);
    expect(await second.rig.replay()).toEqual(verdict);
    return { status, records: await first.rig.records() };
  } finally {
    await Promise.all([first.rig.remove(), second.rig.remove()]);
  }
}

/** Where time decides what becomes of branches: whatever it was, a resume and a replay take it from the record. */
export async function sameAfterwards(asking: Asking, seed: number): Promise<Seen> {
  const session = new Timed(asking);
  try {
    await session.killedAfter(3 + (seed % 60), seed);
    const { status, stateDigest } = await session.toEnd(seed + 1, { live: true });
    expect(await session.rig.replay()).toEqual({ verdict: 'same', stateDigest });
    return { status, records: await session.rig.records() };
  } finally {
    await session.rig.remove();
  }
}

/** A Session with people around it, who have wanted something before it begins. */
class Timed {
  readonly rig: SessionRig;
  readonly #people: People;

  constructor({ bundle, wishes }: Asking) {
    this.rig = new SessionRig(bundle);
    this.#people = new People(this.rig);
    const from = personOf('ada');
    for (const [index, adjust] of wishes.entries())
      this.rig.inbox.send({ kind: 'adjustment', id: `w-${index}`, from, adjust });
  }

  async killedAfter(records: number, seed: number): Promise<void> {
    this.rig.store.dieAfter = records;
    await this.toEnd(seed, { live: true }).catch(() => undefined);
    this.rig.store.dieAfter = Number.POSITIVE_INFINITY;
    await this.#people.look();
  }

  /** Goes on after each park with what people say then, until the Session ends. */
  async toEnd(seed: number, { live }: { readonly live: boolean }): Promise<SessionEnded> {
    const { rig } = this;
    const people = this.#people;
    const pause = pausing(seed + 7);
    const observe: SessionDeps['observe'] = (event) => {
      people.see(event);
      if (live && event.type === 'record' && event.record.type === 'gate.opened')
        void pause().then(() => people.decide());
    };
    for (let parks = 0; parks < 500; parks += 1) {
      const result = await rig.attempt({
        ...timed(rig, seed + parks),
        openWorkspace: async (limits) => {
          return timedFiles(await openBundleWorkspace(rig.bundle, rig.launch, limits), seed + parks);
        },
        hosts,
        observe,
        sleep: passing(rig),
      });
      if (result.status !== 'parked') return result;
      if (result.why === 'paused') rig.inbox.control('resume');
      else if (!people.decide()) rig.now += expirySeconds * 1000;
    }
    throw new Error('it parks without end');
  }
}

/** Short waits pass soon, and no time with them: what others may take does not depend on who waits beside them. */
function passing(rig: SessionRig): SessionDeps['sleep'] {
  return async (ms, signal) => {
    if (ms >= 30_000) return rig.sleep(ms, signal);
    for (let rounds = ms / 1000; rounds > 0; rounds -= 1) {
      signal.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
    signal.throwIfAborted();
  };
}

/** Runs `desk.ask`. */
const hosts = hostsOf(async (_tool, input, context) => {
  await context.approve('May I?', input);
  return { answered: input };
});
