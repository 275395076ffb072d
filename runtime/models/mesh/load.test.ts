import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ended, held, idle, roomFor, started, type Load } from './load.ts';

const free = { free: true };

/** Turns that started at these times, with so many tokens each. */
function startedAt(times: readonly number[], tokens = 1): Load {
  return times.reduce((load, at, index) => started(load, index, tokens, at), idle);
}

describe('room at a back end', () => {
  it('is there without limits, whatever is running', () => {
    expect(roomFor(1e9, startedAt([0, 0, 0]), {}, 0)).toEqual(free);
  });

  it('is made by a turn that ends where too many run', () => {
    const load = startedAt([0, 0]);
    expect(roomFor(1, load, { concurrency: 2 }, 0)).toEqual({ free: false, at: null });
    expect(roomFor(1, ended(load, 0, null), { concurrency: 2 }, 0)).toEqual(free);
  });

  it('is made by time where a minute had its requests', () => {
    const load = startedAt([0, 10_000, 20_000]);
    expect(roomFor(1, load, { requestsPerMinute: 3 }, 30_000)).toEqual({ free: false, at: 60_000 });
    expect(roomFor(1, load, { requestsPerMinute: 2 }, 30_000)).toEqual({ free: false, at: 70_000 });
    expect(roomFor(1, load, { requestsPerMinute: 3 }, 60_000)).toEqual(free);
  });

  it('is made by time where a minute had its tokens', () => {
    const load = startedAt([0, 10_000, 20_000], 100);
    expect(roomFor(100, load, { tokensPerMinute: 400 }, 30_000)).toEqual(free);
    expect(roomFor(101, load, { tokensPerMinute: 400 }, 30_000)).toEqual({ free: false, at: 60_000 });
    expect(roomFor(250, load, { tokensPerMinute: 400 }, 30_000)).toEqual({ free: false, at: 70_000 });
  });

  it('counts what a turn really used once it has ended', () => {
    const load = ended(startedAt([0], 400), 0, 30);
    expect(roomFor(370, load, { tokensPerMinute: 400 }, 1)).toEqual(free);
    expect(roomFor(371, load, { tokensPerMinute: 400 }, 1)).toEqual({ free: false, at: 60_000 });
  });

  it('is there for a turn larger than a whole minute once nothing else was asked', () => {
    expect(roomFor(900, idle, { tokensPerMinute: 400 }, 0)).toEqual(free);
    expect(roomFor(900, startedAt([5_000]), { tokensPerMinute: 400 }, 6_000)).toEqual({ free: false, at: 65_000 });
  });

  it('is not there while the server asked to be left alone', () => {
    const load = held(held(idle, 9_000), 3_000);
    expect(roomFor(1, load, {}, 8_999)).toEqual({ free: false, at: 9_000 });
    expect(roomFor(1, load, {}, 9_000)).toEqual(free);
  });

  it('never lets more requests or tokens through in any minute than the limits say', () => {
    const turn = fc.record({ pause: fc.nat({ max: 20_000 }), tokens: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        const limits = { requestsPerMinute: 4, tokensPerMinute: 100 };
        const log: { readonly at: number; readonly tokens: number }[] = [];
        let [load, now] = [idle, 0];
        for (const [id, { pause, tokens }] of turns.entries()) {
          now += pause;
          const room = roomFor(tokens, load, limits, now);
          if (!room.free) now = room.at ?? now;
          expect(roomFor(tokens, load, limits, now)).toEqual(free);
          load = ended(started(load, id, tokens, now), id, tokens);
          log.push({ at: now, tokens });
          const minute = log.filter(({ at }) => at > now - 60_000);
          expect(minute.length).toBeLessThanOrEqual(4);
          expect(minute.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 100 },
    );
  });
});
