import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import { settled, VirtualTime } from '../../../test/session/virtual-time.ts';
import type { VenueLimits } from '../../launch.ts';
import { Admission, type Entry } from './admission.ts';
import type { Wanted } from './choose.ts';
import { well } from './health.ts';
import { idle } from './load.ts';

const answered = { kind: 'well', tokens: null } as const;

class Rig {
  readonly time = new VirtualTime();
  readonly admission: Admission;
  readonly entered: string[] = [];
  readonly refused: unknown[] = [];
  readonly entries: Entry[] = [];

  constructor(limits: VenueLimits, names: readonly string[] = ['a'], longestWaitMs = 600_000) {
    this.admission = new Admission({
      backends: names.map((name, priority) => ({ name, priority, weight: 1, health: well, load: idle })),
      strategy: 'priority',
      limits,
      clock: this.time.clock,
      sleep: this.time.sleep,
      longestWaitMs,
    });
  }

  /** A turn that comes now; noted once it is let in. */
  come(name: string, parts: Partial<Wanted> = {}, signal = new AbortController().signal): void {
    void this.admission.enter({ tokens: 1, tried: [], avoid: [], draw: 0, ...parts }, signal).then(
      (entry) => {
        this.entered.push(entry === null ? `${name} nowhere` : `${name} ${entry.backend}`);
        if (entry !== null) this.entries.push(entry);
      },
      (error: unknown) => this.refused.push(error),
    );
  }

  async seen(): Promise<readonly string[]> {
    await settled();
    return this.entered.splice(0);
  }

  leave(index = 0): void {
    const [entry] = this.entries.splice(index, 1);
    if (entry !== undefined) this.admission.leave(entry, answered);
  }
}

describe('turns that want to a back end', () => {
  it('wait in the order in which they came', async () => {
    const rig = new Rig({ concurrency: 1 });
    for (const name of ['1', '2', '3']) rig.come(name);
    expect(await rig.seen()).toEqual(['1 a']);
    rig.leave();
    expect(await rig.seen()).toEqual(['2 a']);
    rig.leave();
    expect(await rig.seen()).toEqual(['3 a']);
  });

  it('go to the next one where the first is full, and wait for whichever has room', async () => {
    const rig = new Rig({ concurrency: 1 }, ['a', 'b']);
    for (const name of ['1', '2', '3']) rig.come(name);
    expect(await rig.seen()).toEqual(['1 a', '2 b']);
    rig.leave(1);
    expect(await rig.seen()).toEqual(['3 b']);
  });

  it('do not pass one that waits for the same, however little they want', async () => {
    const rig = new Rig({ tokensPerMinute: 100 });
    rig.come('first', { tokens: 80 });
    rig.come('large', { tokens: 90 });
    rig.come('small', { tokens: 1 });
    expect(await rig.seen()).toEqual(['first a']);
    await rig.time.pass(59_999);
    expect(await rig.seen()).toEqual([]);
    await rig.time.pass(1);
    expect(await rig.seen()).toEqual(['large a', 'small a']);
  });

  it('do not wait behind one that waits for something else', async () => {
    const rig = new Rig({ concurrency: 1 }, ['a', 'b']);
    rig.come('1', { tried: ['a'] });
    rig.come('2', { tried: ['a'] });
    rig.come('3');
    expect(await rig.seen()).toEqual(['1 b', '3 a']);
  });

  it('are let in when the minute has room again', async () => {
    const rig = new Rig({ requestsPerMinute: 2 });
    for (const name of ['1', '2', '3']) rig.come(name);
    expect(await rig.seen()).toEqual(['1 a', '2 a']);
    await rig.time.pass(60_000);
    expect(await rig.seen()).toEqual(['3 a']);
    expect(rig.time.sleeping).toBe(0);
  });

  it('leave one alone that asked for it, and only that one', async () => {
    const rig = new Rig({}, ['a', 'b']);
    rig.come('1');
    await settled();
    const [entry] = rig.entries.splice(0);
    if (entry !== undefined) rig.admission.leave(entry, { kind: 'busy', forMs: 5_000 });
    rig.come('2');
    rig.come('3', { tried: ['b'] });
    expect(await rig.seen()).toEqual(['1 a', '2 b']);
    await rig.time.pass(5_000);
    expect(await rig.seen()).toEqual(['3 a']);
  });

  it('prefer others to one that failed them before', async () => {
    const rig = new Rig({}, ['a', 'b']);
    rig.come('1', { avoid: ['a'] });
    rig.come('2', { avoid: ['a', 'b'] });
    rig.come('3', { avoid: ['a'], tried: ['b'] });
    rig.come('4', { tried: ['a', 'b'] });
    expect(await rig.seen()).toEqual(['1 b', '2 a', '3 a', '4 nowhere']);
  });

  it('pass one that is ill, try it once when its time is over, and go to it where no other is left', async () => {
    const rig = new Rig({}, ['a', 'b']);
    for (let failure = 0; failure < 3; failure += 1) {
      rig.come('x');
      await settled();
      const [entry] = rig.entries.splice(0);
      if (entry !== undefined) rig.admission.leave(entry, { kind: 'unwell' });
    }
    await rig.seen();
    rig.come('1');
    rig.come('2', { tried: ['b'] });
    expect(await rig.seen()).toEqual(['1 b', '2 a']);
    await rig.time.pass(10_000);
    rig.come('3');
    rig.come('4');
    expect(await rig.seen()).toEqual(['3 a', '4 b']);
    expect(rig.entries.map(({ probe }) => probe)).toEqual([false, false, true, false]);
  });

  it('stop waiting when they are cancelled, and hold up nobody behind them', async () => {
    const rig = new Rig({ tokensPerMinute: 100 });
    rig.come('1', { tokens: 50 });
    const controller = new AbortController();
    rig.come('2', { tokens: 90 }, controller.signal);
    rig.come('3', { tokens: 10 });
    expect(await rig.seen()).toEqual(['1 a']);
    const reason = new OrketError('Cancelled', 'no more');
    controller.abort(reason);
    expect(await rig.seen()).toEqual(['3 a']);
    expect(rig.refused).toEqual([reason]);
    expect(rig.time.sleeping).toBe(0);
  });

  it('lose no place when they are cancelled in the moment in which they are let in', async () => {
    const rig = new Rig({ concurrency: 1 });
    const controller = new AbortController();
    rig.come('1');
    rig.come('2', {}, controller.signal);
    await rig.seen();
    controller.abort(new OrketError('Cancelled', 'no more'));
    rig.leave();
    expect(await rig.seen()).toEqual([]);
    rig.come('3');
    expect(await rig.seen()).toEqual(['3 a']);
  });

  it('wait no longer than they may, and no more than so many of them', async () => {
    const rig = new Rig({ concurrency: 1 }, ['a'], 30_000);
    rig.come('1');
    for (let more = 0; more < 1_001; more += 1) rig.come('waits');
    await settled();
    expect(rig.refused).toMatchObject([{ reason: 'ModelBusy', message: expect.stringContaining('1000 turns') }]);
    await rig.time.pass(30_000);
    expect(rig.refused).toHaveLength(1_001);
    expect(rig.refused.at(-1)).toMatchObject({ reason: 'ModelBusy', message: expect.stringContaining('30 s') });
    expect(await rig.seen()).toEqual(['1 a']);
  });

  it('are all let in sooner or later, and never too many at once', async () => {
    const turn = fc.record({ pause: fc.nat({ max: 3_000 }), lasts: fc.nat({ max: 9_000 }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
        const rig = new Rig({ concurrency: 2, requestsPerMinute: 5 }, ['a', 'b']);
        const running = new Map<string, number>();
        let done = 0;
        for (const { pause, lasts, fails } of turns) {
          void rig.admission
            .enter({ tokens: 1, tried: [], avoid: [], draw: 0 }, new AbortController().signal)
            .then(async (entry) => {
              if (entry === null) return;
              const { backend } = entry;
              running.set(backend, (running.get(backend) ?? 0) + 1);
              expect(running.get(backend)).toBeLessThanOrEqual(2);
              await rig.time.sleep(lasts, new AbortController().signal);
              running.set(backend, (running.get(backend) ?? 0) - 1);
              rig.admission.leave(entry, fails ? { kind: 'unwell' } : answered);
              done += 1;
            });
          await rig.time.pass(pause);
        }
        await rig.time.pass(600_000);
        expect(done).toBe(turns.length);
        expect(rig.time.sleeping).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});
