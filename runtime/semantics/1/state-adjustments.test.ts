import { describe, expect, it } from 'vitest';
import { digestOf } from '#crds';
import type { Draft, JournalRecord, RecordBodies } from '../../journal/record.ts';
import { stateEntries } from './state-digest.ts';

type Body = RecordBodies['conductor.adjusted'];

const adjusted = (path: string, parts: Partial<Body> = {}): Draft => ({
  type: 'conductor.adjusted',
  path,
  body: {
    id: 'x',
    op: 'patch',
    status: 'applied',
    value: null,
    valueDigest: digestOf(path),
    origin: 'rule',
    by: 'strict',
    reason: 'why',
    ...parts,
  },
});
const started = (path: string): Draft => ({
  type: 'step.started',
  path,
  body: { kind: 'role', name: 'r', input: null, inputDigest: digestOf(1) },
});

/** The adjustments in the state that records come to. */
function entries(...drafts: readonly Draft[]): readonly unknown[] {
  const around = { v: 1, epoch: 1, prev: '', hash: '', at: '2026-01-01T00:00:00.000Z', synced: 0 };
  const records = drafts.map((draft, index) => ({ ...around, seq: index + 1, ...draft }) as JournalRecord);
  const ending = { status: 'succeeded', error: null, resultDigest: null, treeDigest: digestOf([]) } as const;
  return stateEntries(records, ending).filter((entry) => 'op' in entry);
}

const entry = (path: string, of = path): unknown => ({ path, op: 'patch', valueDigest: digestOf(of) });

describe('of adjustments the state of a Session has', () => {
  it('what was applied, where, and by its value; not who said so, why, or under which id', () => {
    expect(entries(adjusted('a#1/b1'))).toEqual([entry('a#1/b1')]);
    const other: Partial<Body> = { origin: 'person', by: 'ada', reason: '', id: 'y' };
    expect(entries(adjusted('a#1/b1', other))).toEqual(entries(adjusted('a#1/b1')));
  });

  it('nothing that was only suggested', () => {
    expect(entries(adjusted('a#1/b1', { status: 'suggested' }))).toEqual([]);
  });

  it('those of every attempt at a step, because they last', () => {
    const all = entries(
      adjusted('a#1/b1'),
      started('a#1~1'),
      adjusted('a#1~1/e1'),
      started('a#1~2'),
      adjusted('a#1~2/e1'),
    );
    expect(all).toEqual([entry('a#1/b1'), entry('a#1/e1', 'a#1~1/e1'), entry('a#1/e1', 'a#1~2/e1')]);
  });

  it('of a block that was tried again those of its last attempt', () => {
    const all = entries(
      started('fan#1~1'),
      adjusted('fan#1~1/left/a#1/b1'),
      started('fan#1~2'),
      adjusted('fan#1~2/left/a#1/b1'),
    );
    expect(all).toEqual([entry('fan#1/left/a#1/b1', 'fan#1~2/left/a#1/b1')]);
  });

  it('them in the order of their numbers', () => {
    const all = ['a#1/b10', 'a#1/b9', 'a#1/b1'].map((path) => adjusted(path));
    expect(entries(...all)).toEqual(['a#1/b1', 'a#1/b9', 'a#1/b10'].map((path) => entry(path)));
  });
});
