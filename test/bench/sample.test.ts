import { describe, expect, it } from 'vitest';
import { interleaved, ratioOf, sampleOf } from './sample.ts';

describe('a sample', () => {
  it('says the least, the middle, the last of a hundred and the most, in whatever order it was measured', () => {
    const values = Array.from({ length: 200 }, (_none, index) => 200 - index);
    expect(sampleOf(values)).toEqual({ min: 1, median: 100.5, p99: 198, max: 200, count: 200 });
    expect(sampleOf([3, 1, 2])).toMatchObject({ median: 2, p99: 3 });
    expect(sampleOf([7])).toEqual({ min: 7, median: 7, p99: 7, max: 7, count: 1 });
  });

  it('of ratios compares what was measured in the same round', () => {
    expect(ratioOf([10, 2], [20, 1])).toEqual({ min: 0.5, median: 1.25, p99: 2, max: 2, count: 2 });
  });
});

describe('interleaved rounds', () => {
  it('let everybody take part in every round, and begin with another one each time', async () => {
    const order: string[] = [];
    const worker = (name: string, value: number) => [name, async () => (order.push(name), value)] as const;
    const measured = await interleaved(3, new Map([worker('a', 1), worker('b', 2)]));
    expect(order.join('')).toBe('abbaab');
    expect([...measured]).toEqual([
      ['a', [1, 1, 1]],
      ['b', [2, 2, 2]],
    ]);
  });
});
