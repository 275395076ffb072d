import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Moment } from './effect-server.ts';
import { inPython, kindsAt, type Kind } from './killed-bundles.ts';
import { expectAsIfNothingHadBeen, expectReadable } from './killed-checks.ts';
import { startCrashRig, sideBySide, type CrashRig } from './killed-rig.ts';
import { Killer } from './killed-sweep.ts';

/** How many processes are killed at random moments; more by ORKET_KILLS. */
const randomKills = Number(process.env['ORKET_KILLS'] ?? 40);

let rig: CrashRig;
let killer: Killer;
beforeAll(async () => {
  rig = await startCrashRig();
  killer = new Killer(rig);
});
afterAll(() => rig.stop());

const outside = ['network', 'destructive', 'keyed', 'probed', 'reentrant', 'model', 'parallel'];
const moments: readonly Moment[] = ['before', 'between', 'after'];

function kindsOutside(): readonly Kind[] {
  return [...kindsAt(rig.places).filter(({ name }) => outside.includes(name)), inPython(rig.places)];
}

describe('a session process that is killed by what it has done outside', () => {
  it('before, between and after leaves nothing undone and does nothing twice', async () => {
    const cases = kindsOutside().flatMap((kind) =>
      moments.flatMap((moment) => [1, ...(kind.name === 'model' ? [2] : [])].map((left) => ({ kind, moment, left }))),
    );
    await sideBySide(cases, async ({ kind, moment, left }) => {
      const { wanted } = await killer.whole(kind);
      const session = killer.session(kind);
      session.world.armed = { moment, left };
      const end = await session.attempt();
      killer.count(kind, end);
      await expectReadable(session);
      await session.finish();
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    });
    expect(killer.total).toBe(cases.length);
  }, 300_000);

  it('between again and again is asked about and comes to its end all the same', async () => {
    await sideBySide(kindsOutside(), async (kind) => {
      const { wanted } = await killer.whole(kind);
      const session = killer.session(kind);
      // Before the first time it was not done, and so it is done again; after the second nobody does it any more.
      for (const moment of ['before', 'between'] as const) {
        session.world.armed = { moment, left: 1 };
        const end = await session.attempt();
        killer.count(kind, end);
        await expectReadable(session);
      }
      await session.finish();
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    });
  }, 300_000);

  it('and whose person comes only once it has gone parks, and takes up what was decided meanwhile', async () => {
    const network = kindsOutside().filter(({ name }) => name === 'network' || name === 'destructive');
    await sideBySide(network, async (kind) => {
      const { wanted } = await killer.whole(kind);
      const session = killer.session(kind);
      if (kind.name === 'destructive') expect(await session.attempt({}, null, true)).toMatchObject({ code: 21 });
      session.world.armed = { moment: 'between', left: 1 };
      killer.count(kind, await session.attempt());
      expect(await session.attempt({}, null, true)).toMatchObject({ code: 21, errors: '' });
      expect(await session.attempt()).toMatchObject({ code: 0, errors: '' });
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    });
  }, 300_000);
});

describe('a session process that is killed at random moments', () => {
  it('leaves a Session that ends as if nothing had been, whatever it calls', async () => {
    const random = seeded(20_260_707);
    const kinds = kindsAt(rig.places);
    let killed = 0;
    const cases = Array.from({ length: randomKills }, (_none, run) => kinds[run % kinds.length]);
    await sideBySide(cases, async (kind) => {
      if (kind === undefined || killed >= randomKills) return;
      const { wanted, ms } = await killer.whole(kind);
      const session = killer.session(kind);
      for (let times = 0; times < 5; times += 1) {
        const end = await session.attempt({}, random() * ms);
        if (end.signal === null) break;
        killer.count(kind, end);
        killed += 1;
        await expectReadable(session);
      }
      await session.finish();
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
    });
    expect(killed).toBeGreaterThanOrEqual(randomKills);
  }, 300_000);
});

describe('a session process whose disk says no', () => {
  it.each(['EIO', 'ENOSPC'] as const)(
    'with %s stops in order, and another one goes on',
    async (fail) => {
      const [kind] = kindsAt(rig.places).filter(({ name }) => name === 'network');
      if (kind === undefined) throw new Error('no such kind');
      const { wanted, points } = await killer.whole(kind);
      // Each second point: before and after are the same to a disk that says no.
      const places = points.flatMap((_point, index) => (index % 2 === 0 ? [index + 1] : []));
      await sideBySide(places, async (at) => {
        const session = killer.session(kind);
        const end = await session.attempt({ at, fail });
        if (end.at.length > 0) {
          expect(end).toMatchObject({ code: 24, signal: null, errors: expect.stringContaining('JournalWriteFailed') });
          await expectReadable(session);
          await session.finish();
        }
        await expectAsIfNothingHadBeen(session, wanted);
        session.remove();
      });
    },
    300_000,
  );
});

describe('every session process that was killed', () => {
  it('took the processes of its tools with it', async () => {
    expect(killer.total).toBeGreaterThan(randomKills);
    await expect.poll(() => processesOf(rig.root), { timeout: 10_000 }).toEqual([]);
  });
});

/** Processes whose command names a folder: session processes by that of their Session, tool hosts by that of their box. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
      return command.includes(folder) ? [command] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

afterAll(() => {
  const kills = Object.fromEntries(killer.kills);
  process.stdout.write(`${killer.total} kills by effects and at random: ${JSON.stringify(kills)}\n`);
});
