import { expect } from 'vitest';
import type { Bundle } from '#crds';
import { splitAttempt, type JournalRecord, type SessionDeps } from '#runtime';
import { SessionRig } from './rig.ts';

/** Kills a Session after each of its records, and once more soon after; it has to end as if nothing had been. */
export async function surviveEveryKill(bundle: Bundle, deps: Partial<SessionDeps> = {}): Promise<void> {
  await surviveKills(bundle, 1, deps);
}

/** The same, but that many records apart: two kills to a Session still leave none out where that is 2. */
export async function surviveKills(bundle: Bundle, every: number, deps: Partial<SessionDeps> = {}): Promise<void> {
  const undisturbed = await toEnd(bundle, [], deps);
  for (let killedAfter = 0; killedAfter < undisturbed.records.length; killedAfter += every) {
    const killed = await toEnd(bundle, [killedAfter, killedAfter + 3], deps);
    const { stateDigest, tree } = undisturbed;
    expect({ killedAfter, stateDigest: killed.stateDigest, tree: killed.tree }).toEqual({
      killedAfter,
      stateDigest,
      tree,
    });
    expectNothingTwice(killed.records);
  }
}

interface Ended {
  readonly stateDigest: string;
  readonly tree: string;
  readonly records: readonly JournalRecord[];
}

/** Runs a Session with kills after the given numbers of records, then to its end. */
async function toEnd(bundle: Bundle, kills: readonly number[], deps: Partial<SessionDeps>): Promise<Ended> {
  const rig = new SessionRig(bundle);
  try {
    for (const dieAfter of kills) {
      rig.store.dieAfter = dieAfter;
      await rig.run(deps).catch(() => undefined);
    }
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await rig.run(deps);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    return { stateDigest, tree: await rig.tree(), records: await rig.records() };
  } finally {
    rig.dispose();
  }
}

/** No intent follows an answer at the same place, but where it is tried again: a model that nobody reached, a step. */
function expectNothingTwice(records: readonly JournalRecord[]): void {
  const answered = new Set<string>();
  for (const record of records) {
    const { base } = splitAttempt(record.path);
    if (record.type === 'call.intent' || record.type === 'model.request')
      expect(answered.has(base), `${base} again`).toBe(false);
    if (record.type === 'call.outcome') answered.add(base);
    if (record.type === 'call.retried') answered.delete(base);
    if (record.type === 'conductor.adjusted' && record.body.op === 'retry')
      answered.delete(splitAttempt(record.path.slice(0, record.path.lastIndexOf('/'))).base);
    if (record.type === 'model.response' && record.body.error === null) answered.add(base);
  }
}
