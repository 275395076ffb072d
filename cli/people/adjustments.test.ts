import { describe, expect, it } from 'vitest';
import type { Adjust, JournalRecord } from '#runtime';
import { adjustmentsOf } from './adjustments.ts';

const from = { name: 'ada', groups: [], verifiedBy: 'os-uid' };
const digest = `sha256:${'0'.repeat(64)}`;
let seq = 0;

function record(type: string, path: string, body: object): JournalRecord {
  seq += 1;
  return { type, path, seq, at: '2026-07-01T10:20:30.456Z', body } as unknown as JournalRecord;
}

function asked(id: string, adjust: Adjust, refused: string | null = null): JournalRecord {
  const content = { value: { kind: 'adjustment', id, from, adjust } };
  return record('input.received', '', { id, kind: 'adjustment', from, refused, content, contentDigest: digest });
}

function applied(id: string, path: string, value: Adjust, by: object = { origin: 'person', by: 'ada' }): JournalRecord {
  const body = { id, op: value.op, status: 'applied', value: { value }, valueDigest: digest, reason: 'so', ...by };
  return record('conductor.adjusted', path, body);
}

const rows = async (...records: readonly JournalRecord[]): Promise<readonly (readonly string[])[]> =>
  (await adjustmentsOf(records, '/nowhere')).map(({ id, places, by, stands }) => [id, places.join(' '), by, stands]);

describe('the adjustments of a Session', () => {
  const skip = { op: 'skip', step: 'two' } as const;
  const ended = record('session.ended', '', { result: null });

  it('wait until they are applied, once for each branch that comes to them', async () => {
    expect(await rows(asked('a1', skip))).toEqual([['a1', '', 'ada', 'waits']]);
    expect(await rows(asked('a1', skip), applied('a1', 'two#1/b1', skip))).toEqual([
      ['a1', 'two#1/b1', 'ada', 'applied'],
    ]);
    const branches = [applied('a1', 'f#1/[0]/b1', skip), applied('a1', 'f#1/[1]/b1', skip)];
    expect(await rows(...branches)).toEqual([['a1', 'f#1/[0]/b1 f#1/[1]/b1', 'ada', 'applied']]);
  });

  it('are not listed where they were refused, and came too late where the Session ended before', async () => {
    expect(await rows(asked('a1', skip, 'no'))).toEqual([]);
    expect(await rows(asked('a1', skip), ended)).toEqual([['a1', '', 'ada', 'came too late']]);
  });

  it('are taken back by others, which can be taken back in turn', async () => {
    const rule = applied(
      'strict.1',
      'a#1/e1',
      { op: 'patch', role: 'r', patch: { prompt: 'P' } },
      { origin: 'rule', by: 'strict' },
    );
    const first = applied('a2', 'b#1/b1', { op: 'revert', reverts: 'strict.1' });
    const second = applied('a3', 'c#1/b1', { op: 'revert', reverts: 'a2' });
    expect(await rows(rule, first)).toEqual([
      ['strict.1', 'a#1/e1', 'rule strict', 'taken back by ada'],
      ['a2', 'b#1/b1', 'ada', 'applied'],
    ]);
    expect((await rows(rule, first, second)).map(([, , , stands]) => stands)).toEqual([
      'applied',
      'taken back by ada',
      'applied',
    ]);
  });
});
