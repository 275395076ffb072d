import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, afterNothing, afterStart, longestEjectionMs, standingOf, well, type Health } from './health.ts';

/** That many failures, each of a turn that began at `now`. */
function failing(times: number, now: number, from: Health = well): Health {
  let health = from;
  for (let time = 0; time < times; time += 1) {
    const start = afterStart(health, now);
    health = afterFailure(start.health, start.probe, now);
  }
  return health;
}

describe('the health of a back end', () => {
  it('survives failures with successes between them', () => {
    expect(standingOf(failing(2, 0), 0)).toBe('well');
    expect(standingOf(failing(2, 0, well), 0)).toBe('well');
  });

  it('is lost with three failures in a row, for ten seconds', () => {
    const health = failing(3, 1_000);
    expect(standingOf(health, 10_999)).toBe('ejected');
    expect(standingOf(health, 11_000)).toBe('due');
  });

  it('is tried by one turn, while others go elsewhere', () => {
    const first = afterStart(failing(3, 0), 10_000);
    expect(first.probe).toBe(true);
    expect(standingOf(first.health, 10_000)).toBe('probing');
    expect(afterStart(first.health, 10_000).probe).toBe(false);
  });

  it('is lost for longer each time that a turn finds it ill again', () => {
    let health = failing(3, 0);
    const ejections: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const now = health.ejectedUntil ?? 0;
      health = failing(1, now, health);
      ejections.push((health.ejectedUntil ?? 0) - now);
    }
    expect(ejections).toEqual([20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  it('is no worse for turns that began before it was lost, or in spite of it', () => {
    const health = failing(3, 0);
    expect(afterFailure(health, false, 5)).toEqual(health);
    expect(failing(4, 5, health)).toEqual(health);
  });

  it('stays in question when the turn that tried it was cancelled', () => {
    const { health, probe } = afterStart(failing(3, 0), 10_000);
    expect(standingOf(afterNothing(health, probe), 10_000)).toBe('due');
  });

  it('never ejects beyond the bound, and never for ever', () => {
    const event = fc.record({ kind: fc.constantFrom('fail', 'ok', 'nothing'), ms: fc.nat({ max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let [health, now] = [well, 0];
        for (const { kind, ms } of events) {
          now += ms;
          const start = afterStart(health, now);
          if (kind === 'ok') health = well;
          else if (kind === 'fail') health = afterFailure(start.health, start.probe, now);
          else health = afterNothing(start.health, start.probe);
          expect((health.ejectedUntil ?? 0) - now).toBeLessThanOrEqual(longestEjectionMs);
          expect(['well', 'due']).toContain(standingOf(health, now + longestEjectionMs));
        }
      }),
      { numRuns: 200 },
    );
  });
});
