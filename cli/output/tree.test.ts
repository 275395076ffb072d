import { describe, expect, it } from 'vitest';
import { formatInstant } from '#crds';
import type { JournalRecord } from '#runtime';
import { duration } from './duration.ts';
import { cost, treeOf as treeWhere, treeText } from './tree.ts';

const treeOf = (records: readonly JournalRecord[], isRun = true) => treeWhere(records, { isRun });

interface Made {
  readonly type: string;
  readonly path: string;
  readonly body: object;
}

/** Records a second apart, as far as a tree reads them. */
function journal(...records: readonly Made[]): JournalRecord[] {
  return records.map((record, index) =>
    JSON.parse(
      JSON.stringify({
        v: 1,
        seq: index + 1,
        epoch: 1,
        prev: '',
        hash: '',
        at: formatInstant(index * 1000),
        synced: 0,
        ...record,
      }),
    ),
  );
}

const step = { type: 'step.started', path: 'one#1~1', body: { kind: 'role', name: 'writer' } };
const request = { type: 'model.request', path: 'one#1~1/t1~1', body: { role: 'writer', model: 'm' } };
const response = {
  type: 'model.response',
  path: 'one#1~1/t1~1',
  body: { usage: { inputTokens: 5, outputTokens: 2 }, error: null, picos: 2_000_000_000 },
};
const gate = { type: 'gate.opened', path: 'one#1~1/t1~1/c1/g1', body: { message: 'it writes' } };
const decided = {
  type: 'gate.decided',
  path: 'one#1~1/t1~1/c1/g1',
  body: { gate: 4, verdict: 'approved', by: [{ name: 'alice' }] },
};
const intent = {
  type: 'call.intent',
  path: 'one#1~1/t1~1/c1~2',
  body: { kind: 'tool', name: 'files.write', risk: 'write' },
};
const outcome = {
  type: 'call.outcome',
  path: 'one#1~1/t1~1/c1~2',
  body: { status: 'failed', error: { reason: 'ToolFailed' } },
};
const ended = { type: 'step.ended', path: 'one#1~1', body: { status: 'succeeded', error: null } };

describe('the tree of a Session', () => {
  it('shows steps, turns, gates and calls below each other, with time, tokens and cost', () => {
    const roots = treeOf(journal(step, request, response, gate, decided, intent, outcome, ended));
    expect(treeText(roots, 0).split('\n')).toEqual([
      'CALL                                             STATUS               TIME   TOKENS   COST',
      'one#1  role writer                               succeeded            7.0s   7        0.002000',
      '└─ t1  model m                                   answered             1.0s   7        0.002000',
      '   ├─ g1  gate g4: it writes                     approved by alice    1.0s',
      '   └─ c1 (attempt 2)  tool files.write (write)   failed: ToolFailed   1.0s',
    ]);
  });

  it('puts what a fork took over where it goes on', () => {
    const [own, ...facts] = journal(step, { ...step, path: 'none#1~1' }, ended, request, response);
    const taken = facts.map((record, index) => ({ ...record, seq: index - 5 }));
    const roots = treeOf([
      ...taken.map((record) => (record.type === 'step.ended' ? { ...record, path: 'none#1~1' } : record)),
      own ?? never(),
    ]);
    expect(treeText(roots, 10_000).split('\n')).toEqual([
      'CALL                  STATUS                  TIME    TOKENS   COST',
      'none#1  role writer   succeeded, taken over',
      'one#1  role writer    running                 10.0s',
      '└─ t1  model m        answered, taken over            7        0.002000',
    ]);
  });

  it('counts what goes on until now, and shows a gate that waits', () => {
    const [root] = treeOf(journal(step, request, response, gate));
    expect(root).toMatchObject({ status: 'running', endedMs: null });
    expect(treeText([root ?? never()], 10_000)).toMatch(/gate g4: it writes +waits +7\.0s/);
  });

  it('goes on in the next attempt with what the one before began', () => {
    const roots = treeOf(
      journal(step, request, { type: 'attempt.started', path: '', body: {} }, step, request, response),
    );
    expect(roots).toHaveLength(1);
    expect(roots[0]).toMatchObject({ tokens: 7, children: [{ status: 'answered' }] });
  });

  it('has nothing that goes on once the Session has ended', () => {
    const roots = treeOf(journal(step, request, { type: 'session.ended', path: '', body: {} }));
    expect(roots).toMatchObject([{ status: 'cut off', children: [{ status: 'cut off' }] }]);
  });

  const made = { ...intent, path: 'one#1~1/t1~1/c1~1', body: { ...intent.body, recovery: 'unknown' } };
  const asked = { ...gate, path: 'one#1~1/t1~1/c1~1/g1', body: { message: 'did it?', kind: 'unknown' } };
  const parked = { type: 'session.parked', path: '', body: {} };
  const lines = (isRun: boolean, ...records: readonly Made[]): readonly string[] =>
    treeText(treeOf(journal(...records), isRun), 60_000)
      .split('\n')
      .slice(1)
      .map((line) => line.replaceAll(/^.*?(?:writer|model m|\(write\)|did it\?) +/g, '').replaceAll(/ +/g, ' '));

  it('has nothing that goes on without a process, and does not know what came of a call that was made', () => {
    expect(lines(true, step, request, response, made)).toEqual([
      'running 1m00s 7 0.002000',
      'answered 1.0s 7 0.002000',
      'running 57.0s',
    ]);
    expect(lines(false, step, request, response, made)).toEqual([
      'broken off 3.0s 7 0.002000',
      'answered 1.0s 7 0.002000',
      'outcome unknown',
    ]);
    expect(lines(false, step, request)).toEqual(['broken off 1.0s', 'broken off 0ms']);
    const entered = { ...made, body: { ...made.body, recovery: 'reenter' } };
    expect(lines(false, step, request, response, entered).at(-1)).toBe('broken off 0ms');
  });

  it('does not know what came of a call either while people are asked about it, until they said what to do', () => {
    const begun = [step, request, response, made, asked] as const;
    const told = (verdict: string) => ({ ...decided, path: asked.path, body: { gate: 5, verdict, by: [] } });
    expect(lines(true, ...begun).slice(2)).toEqual(['outcome unknown', 'waits 56.0s']);
    expect(lines(false, ...begun, parked)).toEqual([
      'waits 1m00s 7 0.002000',
      'answered 1.0s 7 0.002000',
      'outcome unknown',
      'waits 56.0s',
    ]);
    expect(lines(true, ...begun, told('retry'))[2]).toBe('running 57.0s');
    const end = { type: 'session.ended', path: '', body: {} };
    expect(lines(false, ...begun, told('aborted'), end)).toMatchObject({
      0: expect.stringMatching('cut off'),
      2: 'outcome unknown',
    });
    expect(lines(true, ...begun, told('supplied'), { ...outcome, path: made.path })[2]).toBe('failed: ToolFailed 3.0s');
  });
});

function never(): never {
  throw new Error('there is a root');
}

it.each([
  [0, '0ms'],
  [999, '999ms'],
  [1500, '1.5s'],
  [61_000, '1m01s'],
  [3_720_000, '1h02m'],
])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  [0, '0.00'],
  [1_000_000, '0.000001'],
  [1_230_000_000_000, '1.23'],
])('%i picos are %s', (picos, text) => expect(cost(picos)).toBe(text));
