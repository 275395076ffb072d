import type { Clock } from '../../controller/kube/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Calls back whatever is due by then, in order. */
  advance(ms: number): void;
}

export function fakeClock({ start = 0, random = () => 0 }: { start?: number; random?: () => number } = {}): FakeClock {
  let now = start;
  const due = new Set<{ readonly at: number; readonly work: () => void }>();
  return {
    now: () => now,
    random,
    schedule(afterMs, work) {
      const entry = { at: now + afterMs, work };
      due.add(entry);
      return () => due.delete(entry);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        due.delete(next);
        now = Math.max(now, next.at);
        next.work();
      }
      now = end;
    },
  };
}
