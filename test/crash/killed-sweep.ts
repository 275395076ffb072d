import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { expectAsIfNothingHadBeen, expectReadable, undisturbed, type Undisturbed } from './killed-checks.ts';
import type { Kind } from './killed-bundles.ts';
import type { KillPlan } from './kill-plan.ts';
import type { CrashRig } from './killed-rig.ts';
import { KilledSession, type End } from './killed-session.ts';

/** A Session that nobody disturbed: what it comes to, and every point of its work where a process can end. */
export interface Whole {
  readonly kind: Kind;
  readonly wanted: Undisturbed;
  /** All names of points. */
  readonly points: readonly string[];
  /** One name for each point. */
  readonly places: readonly string[];
  /** How long its process took. */
  readonly ms: number;
}

/** Kills Sessions of a rig, and counts how often it did. */
export class Killer {
  readonly #rig: CrashRig;
  readonly #wholes = new Map<string, Promise<Whole>>();
  #sessions = 0;
  /** By the kind of Session: processes that were ended by SIGKILL, as their parent saw it. */
  readonly kills = new Map<string, number>();

  constructor(rig: CrashRig) {
    this.#rig = rig;
  }

  get total(): number {
    return [...this.kills.values()].reduce((sum, one) => sum + one, 0);
  }

  session({ name, bundle }: Kind): KilledSession {
    this.#sessions += 1;
    return new KilledSession(this.#rig, `${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}-${this.#sessions}`, bundle);
  }

  /** Runs a kind of Session once with nobody disturbing it. */
  whole(kind: Kind, plan: Partial<KillPlan> = {}): Promise<Whole> {
    const key = `${kind.name} ${JSON.stringify(plan)}`;
    const run = this.#wholes.get(key) ?? this.#runWhole(kind, plan);
    this.#wholes.set(key, run);
    return run;
  }

  /**
   * One Session after another, each killed again and again at the first point of its work where none was killed yet,
   * until there is no such point. Every Session has to end as if nothing had been.
   */
  async sweep({ kind, points, wanted }: Whole, plan: Partial<KillPlan> = {}): Promise<void> {
    const killed = new Set<string>();
    const left = (): readonly string[] => points.filter((point) => !killed.has(point));
    // A Session that is never killed at what is left has taken another way: side by side there are several.
    for (let idle = 0; left().length > 0 && idle < 3;) {
      const session = this.session(kind);
      const before = killed.size;
      for (;;) {
        const at = left();
        const end = await session.attempt({ ...plan, at });
        if (end.signal === null) {
          expect(end).toMatchObject({ code: 0, errors: '' });
          break;
        }
        this.count(kind, end);
        expect(
          end.at.some((point) => at.includes(point)),
          `killed at ${end.at.join()}`,
        ).toBe(true);
        for (const point of end.at) killed.add(point);
        await expectReadable(session);
      }
      await expectAsIfNothingHadBeen(session, wanted);
      session.remove();
      idle = killed.size === before ? idle + 1 : 0;
    }
    expect(left(), `${kind.name}: never killed there`).toEqual([]);
  }

  /**
   * A Session that is killed at a place, and where `again` is given once more at that point of what the next attempt does;
   * then it runs on to its end. `check` is the judge of how that is.
   */
  async once(
    kind: Kind,
    plan: Partial<KillPlan>,
    check: (session: KilledSession) => Promise<void>,
    again: number | null = null,
  ): Promise<void> {
    const session = this.session(kind);
    this.count(kind, await session.attempt(plan));
    await expectReadable(session);
    if (again !== null) {
      const end = await session.attempt({ ...plan, at: again });
      // It may have come to its end before.
      if (end.signal !== null) this.count(kind, end);
      await expectReadable(session);
    }
    await session.finish();
    await check(session);
    session.remove();
  }

  /** A process that has to have been killed. */
  count({ name }: Kind, { signal }: End): void {
    expect(signal).toBe('SIGKILL');
    this.kills.set(name, (this.kills.get(name) ?? 0) + 1);
  }

  async #runWhole(kind: Kind, plan: Partial<KillPlan>): Promise<Whole> {
    const session = this.session(kind);
    const trace = join(session.dir, 'trace');
    const begun = performance.now();
    expect(await session.attempt({ ...plan, trace })).toMatchObject({ code: 0, signal: null, errors: '' });
    const ms = performance.now() - begun;
    const names = readFileSync(trace, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const places = [...new Set(names.map((one) => one.at(-1) ?? ''))];
    return { kind, wanted: await undisturbed(session), points: [...new Set(names.flat())], places, ms };
  }
}
