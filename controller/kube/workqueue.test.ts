import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/controller/fake-clock.ts';
import { WorkQueue } from './workqueue.ts';

const key = fc.constantFrom('a', 'b', 'c');
const operation = fc.oneof(
  fc.record({ type: fc.constant('add' as const), key }),
  fc.record({ type: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ type: fc.constant('retry' as const), key }),
  fc.record({ type: fc.constant('take' as const) }),
  fc.record({ type: fc.constant('done' as const), key }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 100 }) }),
);

describe('WorkQueue', () => {
  it('never gives a key to two workers and never loses one, whatever the order of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 80 }), async (operations) => {
        const clock = fakeClock();
        const queue = new WorkQueue({ clock });
        const working = new Set<string>();
        /** Keys added since a worker last took them. */
        const owed = new Set<string>();
        const take = async (): Promise<void> => {
          const taken = await queue.take();
          if (taken === null) return;
          expect(working.has(taken)).toBe(false);
          working.add(taken);
          owed.delete(taken);
        };
        for (const step of operations) {
          if (step.type === 'add') queue.add(step.key);
          if (step.type === 'addAfter') queue.addAfter(step.key, step.ms);
          if (step.type === 'retry') queue.retry(step.key);
          if ('key' in step && step.type !== 'done') owed.add(step.key);
          if (step.type === 'take' && queue.depth > 0) await take();
          if (step.type === 'done' && working.delete(step.key)) queue.done(step.key);
          if (step.type === 'wait') clock.advance(step.ms);
        }
        for (const taken of working) queue.done(taken);
        working.clear();
        clock.advance(120_000);
        while (queue.depth > 0) {
          await take();
          for (const taken of working) queue.done(taken);
          working.clear();
        }
        expect([...owed]).toEqual([]);
        expect(queue.busy).toBe(0);
      }),
    );
  });

  it('holds a key once however often it is added', () => {
    const queue = new WorkQueue({ clock: fakeClock() });
    for (let count = 0; count < 5; count += 1) queue.add('a');
    expect(queue.depth).toBe(1);
  });

  it('gives a waiting worker the key at once', async () => {
    const queue = new WorkQueue({ clock: fakeClock() });
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  it('waits twice as long after each failure in a row, up to the bound, and starts anew once forgotten', () => {
    const clock = fakeClock({ random: () => 0.5 });
    const queue = new WorkQueue({ clock, firstRetryMs: 10, lastRetryMs: 60 });
    expect([1, 2, 3, 4, 5].map(() => queue.retry('a'))).toEqual([10, 20, 40, 60, 60]);
    queue.forget('a');
    expect(queue.retry('a')).toBe(10);
  });

  it('lets the shortest delay count', () => {
    const clock = fakeClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 100);
    queue.addAfter('a', 10);
    queue.addAfter('a', 50);
    clock.advance(10);
    expect(queue.depth).toBe(1);
    clock.advance(200);
    expect(queue.depth).toBe(1);
  });

  it('gives out nothing once it is closed', async () => {
    const queue = new WorkQueue({ clock: fakeClock() });
    const waiting = queue.take();
    queue.close();
    queue.add('a');
    expect(await waiting).toBeNull();
    expect(await queue.take()).toBeNull();
  });
});
