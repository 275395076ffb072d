import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf, type Candidate, type Strategy } from './order.ts';

function candidate(name: string, parts: Partial<Candidate> = {}): Candidate {
  return { name, priority: 0, weight: 1, running: 0, ...parts };
}

function names(candidates: readonly Candidate[], strategy: Strategy, draw = 0): string {
  return orderOf(candidates, strategy, draw)
    .map(({ name }) => name)
    .join(' ');
}

describe('the order in which back ends are asked', () => {
  const mixed = [
    candidate('a', { priority: 10 }),
    candidate('b', { weight: 3, running: 3 }),
    candidate('c', { running: 2 }),
  ];

  it('is by priority, and by weight among equal ones', () => {
    expect(names(mixed, 'priority', 0)).toBe('b c a');
    expect(names(mixed, 'priority', 0.99)).toBe('c b a');
  });

  it('is by weight alone', () => {
    expect(names(mixed, 'weighted', 0)).toBe('a b c');
    expect(names(mixed, 'weighted', 0.5)).toMatch(/^b/);
  });

  it('is by how busy they are for their weight', () => {
    expect(names(mixed, 'leastBusy')).toBe('a b c');
    expect(names([candidate('x', { running: 1 }), candidate('y')], 'leastBusy')).toBe('y x');
  });

  it.each<Strategy>(['priority', 'weighted', 'leastBusy'])('has those of weight 0 last: %s', (strategy) => {
    const candidates = [candidate('a', { weight: 0 }), candidate('b', { running: 9 })];
    expect(names(candidates, strategy, 0)).toBe('b a');
  });

  it('gives each its share of the turns', () => {
    const counts = new Map<string, number>();
    for (let turn = 0; turn < 1_000; turn += 1) {
      const [first] = orderOf([candidate('a', { weight: 3 }), candidate('b', { weight: 1 })], 'weighted', turn / 1_000);
      counts.set(first?.name ?? '', (counts.get(first?.name ?? '') ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({ a: 750, b: 250 });
  });

  it('holds each of them once, the same for equal draws', () => {
    const any = fc.record({
      priority: fc.nat({ max: 3 }),
      weight: fc.nat({ max: 5 }),
      running: fc.nat({ max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 6 }),
        fc.constantFrom<Strategy>('priority', 'weighted', 'leastBusy'),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (parts, strategy, draw) => {
          const candidates = parts.map((part, index) => candidate(`b${index}`, part));
          const order = names(candidates, strategy, draw);
          expect(order.split(' ').filter(Boolean).toSorted()).toEqual(candidates.map(({ name }) => name));
          expect(names(candidates.toReversed(), strategy, draw)).toBe(order);
        },
      ),
      { numRuns: 200 },
    );
  });
});
