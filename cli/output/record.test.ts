import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '#runtime';
import { isProgress, RecordLines, short } from './record.ts';

const recordLine = (record: JournalRecord): string => new RecordLines().of(record);

function denied(message: string): JournalRecord {
  const body = { name: 'files.read', error: { code: 'ORK-2001', reason: 'CallDenied', message } };
  return {
    type: 'call.denied',
    path: 'a#1~1/t1~1/c1~1',
    at: '2026-07-01T10:20:30.456Z',
    body,
  } as unknown as JournalRecord;
}

describe('a record as a line', () => {
  it('is the time, the type, the path and what matters', () => {
    expect(recordLine(denied('no'))).toBe('10:20:30.456  call.denied         a#1~1/t1~1/c1~1         files.read: no');
    expect(isProgress(denied('no'))).toBe(true);
  });

  it('has a column for its path that grows with the longest so far', () => {
    const lines = new RecordLines();
    const at = (path: string): number => lines.of({ ...denied('no'), path }).indexOf('files.read');
    const deep = 'fan#1~1/[2]/check#1~1/t1~1/c1~1';
    expect(['a#1~1', deep, 'a#1~1'].map(at)).toEqual([58, 67, 67]);
  });

  it('tells what people said and why, as far as it fits a line', () => {
    const from = { name: 'ada', groups: [], verifiedBy: 'os-uid' };
    const said = (value: object, refused: string | null = null): string => {
      const body = { id: 'd1', kind: 'control', from, refused, content: { value: { id: 'd1', from, ...value } } };
      return recordLine({ ...denied(''), type: 'input.received', path: '', body } as unknown as JournalRecord);
    };
    const cancel = { kind: 'control', control: 'cancel' };
    expect(said({ ...cancel, note: '' })).toMatch(/ {2}control from ada: cancel$/);
    expect(said({ ...cancel, note: 'wrong\nbranch\u001b[2J' })).toMatch(/cancel, wrong branch\uFFFD\[2J$/);
    expect(said({ ...cancel, note: 'x'.repeat(4096) }).length).toBeLessThan(500);
    const adjust = { op: 'skip', step: 'two', reason: 'not today' };
    expect(said({ kind: 'adjustment', adjust })).toMatch(/ from ada: skip step two; not today$/);
    expect(said({ kind: 'nothing' }, 'kind: expected decision')).toMatch(/control from ada, refused: kind: expected/);
  });

  it('is one line without control characters, whatever was said', () => {
    expect(recordLine(denied('one\r\n  two\u001b[2J'))).toMatch(/files\.read: one two\uFFFD\[2J$/);
  });

  it('tells who decided, and that nobody did in time where that lets a call happen', () => {
    const told = (verdict: string, ...names: readonly string[]): string => {
      const body = { gate: 39, verdict, by: names.map((name) => ({ name, groups: [], verifiedBy: 'os-uid' })) };
      return recordLine({ ...denied(''), type: 'gate.decided', body } as unknown as JournalRecord);
    };
    expect(told('approved', 'ada', 'bob')).toMatch(/ g39 approved by ada, bob$/);
    expect(told('approved')).toMatch(/ g39 approved, as nobody decided in time$/);
    expect(told('expired')).toMatch(/ g39 expired$/);
  });

  it('tells the id of an adjustment, by which people apply it or take it back', () => {
    const by = { origin: 'rule', by: 'strict', reason: '', value: null };
    const body = { id: 'strict.1a2b3c4d', op: 'patch', status: 'suggested', ...by };
    const record = { ...denied(''), type: 'conductor.adjusted', path: 'a#1~1/e1', body } as unknown as JournalRecord;
    expect(recordLine(record)).toMatch(/patch suggested by rule strict \(strict\.1a2b3c4d\)$/);
    const value = { op: 'patch', role: 'writer', patch: { instructions: ['Be brief.'] } };
    const told = { ...record, body: { ...body, value: { value }, reason: 'too long' } } as unknown as JournalRecord;
    expect(recordLine(told)).toMatch(/\(strict\.1a2b3c4d\): role writer: instruction "Be brief\."; too long$/);
    const odd = { ...record, body: { ...body, value: { value: 'odd' } } } as unknown as JournalRecord;
    expect(recordLine(odd)).toBe(recordLine(record));
  });

  it.each<[object, string]>([
    [{ finish: 'refusal', text: 'I cannot.', toolCalls: [] }, '5 + 2 tokens from a: a refusal'],
    [{ finish: 'length', text: 'The ti', toolCalls: [] }, '5 + 2 tokens from a: cut off by the limit of tokens'],
    [{ finish: 'stop', text: ' ', toolCalls: [] }, '5 + 2 tokens from a: an empty answer'],
    [{ finish: 'stop', text: 'The tide.', toolCalls: [] }, '5 + 2 tokens from a'],
    [{ finish: 'toolCalls', text: '', toolCalls: [{ name: 'files.list' }] }, '5 + 2 tokens from a'],
  ])('says of an answer %j that it is of no use where it is', (value, told) => {
    const usage = { inputTokens: 5, outputTokens: 2 };
    const body = { response: { value }, responseDigest: '', error: null, usage, backend: 'a' };
    const record = { ...denied(''), type: 'model.response', path: 'a#1~1/t1~1', body } as unknown as JournalRecord;
    expect(recordLine(record).endsWith(`  ${told}`)).toBe(true);
    expect(isProgress(record)).toBe(told.includes(': '));
  });

  it('of an unknown type says that it is there', () => {
    const foreign = { type: 'later.added', path: '', at: '2026-07-01T10:20:30.456Z' };
    expect(new RecordLines().foreign(foreign)).toBe('10:20:30.456  later.added');
  });

  it('shortens digests', () => expect(short(`sha256:${'ab'.repeat(32)}`)).toBe('sha256:abababababab'));
});
