import { describe, expect, it } from 'vitest';
import type { ChangeLine } from './gateway/changes.ts';
import { systemClock } from './kube/clock.ts';
import { Projections } from './projections.ts';
import { buildJournal } from '../test/controller/builders.ts';
import type { JournalView } from './reconcile/plan.ts';

function rig(streams: readonly (readonly (ChangeLine | null)[])[]) {
  const told: string[] = [];
  const views = new Map<string, JournalView>();
  const asked: string[] = [];
  let opened = 0;
  const stop = new AbortController();
  const projections = new Projections({
    gateway: {
      view: async (uid) => {
        asked.push(uid);
        return views.get(uid) ?? null;
      },
      async *changes() {
        const stream = streams[opened];
        opened += 1;
        if (stream === undefined) {
          stop.abort();
          return;
        }
        yield* stream;
        throw new Error('broken off');
      },
    },
    clock: { ...systemClock, random: () => 0, schedule: (_, work) => systemClock.schedule(0, work) },
    onChange: (uid, { seq }) => told.push(`${uid} ${seq}`),
    onConnect: () => told.push('connected'),
    onTrouble: () => told.push('trouble'),
  });
  return { projections, told, views, asked, run: () => projections.run(stop.signal) };
}

const change = (seq: number): ChangeLine => ({ uid: 'u', view: buildJournal({ seq }) });

describe('Projections', () => {
  it('says when it listens, tells what changes, and comes back after a break', async () => {
    const { told, run } = rig([
      [null, change(1), change(2)],
      [null, change(3)],
    ]);
    await run();
    expect(told).toEqual(['connected', 'u 1', 'u 2', 'trouble', 'connected', 'u 3', 'trouble']);
  });

  it('gives what it was told, and asks where only an answer from now will do', async () => {
    const { projections, views, asked, run } = rig([[null, change(5)]]);
    await run();
    views.set('u', buildJournal({ seq: 9 }));
    expect((await projections.view('u', false))?.seq).toBe(5);
    expect(asked).toEqual([]);
    expect((await projections.view('u', true))?.seq).toBe(9);
    expect((await projections.view('u', false))?.seq).toBe(9);
    expect(asked).toEqual(['u']);
  });

  it('forgets on a break what may have changed unheard', async () => {
    const { projections, views, run } = rig([[null, change(5)], [null]]);
    await run();
    views.set('u', buildJournal({ seq: 7 }));
    expect((await projections.view('u', false))?.seq).toBe(7);
  });
});
