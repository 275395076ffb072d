import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundedEffects, boundedTurns, kindsAt } from './killed-bundles.ts';
import { charges, endOf, expectAsIfNothingHadBeen, expectProvable, expectWithin } from './killed-checks.ts';
import { startCrashRig, sideBySide, type CrashRig } from './killed-rig.ts';
import type { KilledSession } from './killed-session.ts';
import { Killer, type Whole } from './killed-sweep.ts';

let rig: CrashRig;
let killer: Killer;
beforeAll(async () => {
  rig = await startCrashRig();
  killer = new Killer(rig);
});
afterAll(async () => {
  process.stdout.write(`${killer.total} kills: ${JSON.stringify(Object.fromEntries(killer.kills))}\n`);
  await rig.stop();
});

/** Points that leave something else on a disk than those beside them do, once it loses what was not synced. */
function aroundSync(points: readonly string[]): readonly string[] {
  return points.filter((point) =>
    /^(?:before sync|after sync|after rename|after write call\.|after write model\.)/.test(point),
  );
}

describe('a session process that is killed', () => {
  it('at every point of its work leaves a Session that ends as if nothing had been, whatever it calls', async () => {
    const wholes: Whole[] = [];
    await sideBySide(kindsAt(rig.places), async (kind) => void wholes.push(await killer.whole(kind)));
    // The longest first, so that it is not left to run alone.
    wholes.sort((a, b) => b.points.length - a.points.length);
    await sideBySide(wholes, (whole) => killer.sweep(whole));
  }, 900_000);

  it('while it takes the journal over leaves it to the next one', async () => {
    const write = kindsAt(rig.places).filter(({ name }) => name === 'write');
    await sideBySide(write, async (kind) => {
      const whole = await killer.whole(kind, { from: 'start' });
      const opening = whole.points.slice(0, whole.points.indexOf('after sync attempt.started') + 1);
      expect(opening.length).toBeGreaterThan(15);
      await killer.sweep({ ...whole, points: opening }, { from: 'start' });
    });
  }, 300_000);

  it('with what was not synced lost, all of it or a part, goes on from what is there', async () => {
    const cuts: { readonly whole: Whole; readonly at: string; readonly kept: number }[] = [];
    for (const kind of kindsAt(rig.places)) {
      const whole = await killer.whole(kind);
      // A part of a journal is what a torn write leaves, and that is killed at everywhere: here it is at every other place.
      for (const [index, at] of aroundSync(whole.places).entries())
        cuts.push({ whole, at, kept: index % 2 === 0 || at.startsWith('after sync') ? 0 : 0.6 });
    }
    await sideBySide([...cuts.entries()], ([index, { whole, at, kept }]) => {
      const { kind, wanted } = whole;
      const check = (session: KilledSession): Promise<void> => expectAsIfNothingHadBeen(session, wanted);
      return killer.once(kind, { at: [at], kept }, check, 1 + (index % 8));
    });
  }, 900_000);

  it('in the middle of a write that the kernel takes in pieces goes on behind the last whole record', async () => {
    const short = kindsAt(rig.places).filter(({ name }) => name === 'artifact');
    await sideBySide(short, async (kind) => killer.sweep(await killer.whole(kind, { short: true }), { short: true }));
  }, 300_000);

  it('has no attempt charged twice: what is just enough for one more is enough', async () => {
    const open = await killer.whole(boundedTurns(rig.places, 1_000_000));
    const session = killer.session(open.kind);
    await session.attempt();
    const { most } = charges(await session.records());
    // Each turn reserves less than this; one of them may be taken twice.
    const reserved = (await session.records()).flatMap(({ type, body }) =>
      type === 'model.request' ? [body.reservation?.tokens ?? 0] : [],
    );
    const kind = boundedTurns(rig.places, most.tokens + Math.max(...reserved));
    const whole = await killer.whole(kind);
    await sideBySide(whole.places, (at) =>
      killer.once(kind, { at: [at] }, (killed) => expectAsIfNothingHadBeen(killed, whole.wanted)),
    );
  }, 300_000);

  it('has every attempt charged: a Session without anything to spare ends where one was for nothing', async () => {
    const kind = boundedEffects(rig.places, 2);
    const whole = await killer.whole(kind);
    let exceeded = 0;
    await sideBySide(aroundSync(whole.places), (at) =>
      killer.once(kind, { at: [at] }, async (session) => {
        const records = await session.records();
        expectWithin(session, records);
        expect(session.world.asked.length).toBeLessThanOrEqual(2);
        const { status, stateDigest, error } = endOf(records);
        await expectProvable(session, stateDigest);
        if (charges(records).asked === 2 && status === 'succeeded')
          return expectAsIfNothingHadBeen(session, whole.wanted);
        expect(error?.reason).toBe('BudgetExceeded');
        exceeded += 1;
      }),
    );
    expect(exceeded).toBeGreaterThan(2);
  }, 300_000);

  it('was killed a thousand times', () => {
    expect(killer.total).toBeGreaterThanOrEqual(1_000);
  });
});
