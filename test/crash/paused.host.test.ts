import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyJournal } from '#runtime';
import { doneIn } from './effect-server.ts';
import { kindsAt, type Kind } from './killed-bundles.ts';
import { expectAsIfNothingHadBeen } from './killed-checks.ts';
import { startCrashRig, type CrashRig } from './killed-rig.ts';
import { recordsIn } from './killed-session.ts';
import { Killer } from './killed-sweep.ts';
import { PausedPods } from './paused-pods.ts';
import { stopped, ToldClock } from './told-clock.ts';

let rig: CrashRig;
let killer: Killer;
beforeAll(async () => {
  rig = await startCrashRig();
  killer = new Killer(rig);
});
afterAll(() => rig.stop());

/** Nothing begins on an intent after this, and nobody else acts for that much longer. */
const [notAfterMs, leaseMs] = [5_000, 10_000];

/** Kinds of calls whose effect is outside, and the path of the call. */
const calls = [
  ['keyed', 'order#1'],
  ['probed', 'pay#1'],
] as const;

function kindOf(name: string): Kind {
  const kind = kindsAt(rig.places).find((one) => one.name === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

describe('a session process that is stopped right after the durable intent of a call', () => {
  it.each([...calls, ['network', 'send#1']] as const)(
    'on this machine keeps its Session, and acts on no intent that is too old once it goes on: %s',
    async (name, path) => {
      const kind = kindOf(name);
      const { wanted } = await killer.whole(kind);
      const session = killer.session(kind);
      const clock = new ToldClock(join(session.dir, 'time'));
      const time = clock.file;
      const first = session.start({ at: [`after sync call.intent ${path}~1`], signal: 'SIGSTOP', time });
      await stopped(first.child.pid);
      expect(await session.attempt({ time })).toMatchObject({
        code: 24,
        errors: expect.stringContaining('JournalLocked'),
      });
      expect(session.world.asked).toEqual([]);
      clock.set(notAfterMs + 1);
      first.child.kill('SIGCONT');
      expect(await first.ended).toMatchObject({ code: 0, errors: '' });
      expect(session.world.asked.map((one) => one.path)).toEqual([`${path}~2`]);
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    },
  );
});

describe('a Session whose last process is not proven dead', () => {
  it.each(calls)(
    'is gone on with once nothing can begin any more, where its folder came from another machine: %s',
    async (name, path) => {
      const kind = kindOf(name);
      const { wanted } = await killer.whole(kind);
      const session = killer.session(kind);
      const clock = new ToldClock(join(session.dir, 'time'));
      const time = clock.file;
      killer.count(kind, await session.attempt({ at: [`after sync call.intent ${path}~1`], time }));
      const lock = join(session.dir, 'lock.json');
      const { pid } = JSON.parse(readFileSync(lock, 'utf8'));
      writeFileSync(lock, JSON.stringify({ kernel: '00000000-0000-4000-8000-000000000000', pid }));
      const next = session.start({ time });
      await expectWaiting(session.world, clock, next.child.pid);
      clock.set(notAfterMs + leaseMs);
      expect(await next.ended).toMatchObject({ code: 0, errors: '' });
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    },
  );
});

describe('an attempt that was stopped right after the durable intent of a call, and that another one took over from', () => {
  const cases = calls.flatMap(([name, path]) =>
    (['before the intent is too old', 'while the other waits', 'after the other has ended'] as const).map(
      (when) => [name, when, path] as const,
    ),
  );

  it.each(cases)('of a call that is %s, and goes on %s, neither acts late nor writes', async (name, when, path) => {
    const pods = await PausedPods.start(rig, kindOf(name).bundle, `${path}~1`);
    const { clock, world } = pods;
    const asked = (): readonly string[] => world.asked.map((one) => one.path);
    try {
      const old = await pods.next();
      await stopped(old.child.pid);
      clock.set(1_000);
      const other = await pods.next();
      await clock.waitedFor(notAfterMs + leaseMs, other.child.pid);
      const goesOn = async (): Promise<void> => {
        old.child.kill('SIGCONT');
        expect(await old.ended).toMatchObject({ code: 23, errors: expect.stringContaining('StaleEpoch') });
      };
      // It still may: whoever takes over waits for that, and finds out.
      if (when === 'before the intent is too old') {
        clock.set(notAfterMs);
        await goesOn();
        expect(asked()).toEqual([`${path}~1`]);
      }
      if (when === 'while the other waits') {
        clock.set(notAfterMs + 1);
        await goesOn();
        expect(asked()).toEqual([]);
      }
      const before = asked();
      await expectWaiting(world, clock, other.child.pid, before.length);
      clock.set(notAfterMs + leaseMs);
      expect(await other.ended).toMatchObject({ code: 0, errors: '' });
      const after = asked();
      if (when === 'after the other has ended') await goesOn();
      expect(asked()).toEqual(after);
      expect(doneIn(world)).toHaveLength(1);
      expect(after).toEqual(before.length === 0 || name === 'keyed' ? [...before, `${path}~2`] : before);
      expect(new Set(world.asked.map(({ key }) => key)).size).toBe(1);
      expect(await verifyJournal({ from: pods.journal })).toMatchObject({ broken: null, tornBytes: 0 });
      const records = await recordsIn(pods.journal);
      expect(records.at(-1)).toMatchObject({ type: 'session.ended', epoch: 2, body: { status: 'succeeded' } });
    } finally {
      await pods.stop();
    }
  });
});

/** It has the wait that it has to have, and nothing is asked for up to the last millisecond of it. */
async function expectWaiting(
  world: PausedPods['world'],
  clock: ToldClock,
  pid: number | undefined,
  asked = 0,
): Promise<void> {
  await clock.waitedFor(notAfterMs + leaseMs, pid);
  clock.set(notAfterMs + leaseMs - 1);
  await sleep(100);
  expect(world.asked).toHaveLength(asked);
}
