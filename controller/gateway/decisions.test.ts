import { describe, expect, it } from 'vitest';
import { beginning, readLine, type JournalRecord, type RecordBodies } from '#runtime';
import { chainLines, sampleDraft } from '../../test/conformance/store-samples.ts';
import { endsAfter, saysForPeople, type Ends } from './decisions.ts';

function recordOf(draft: Parameters<typeof chainLines>[0][number]): JournalRecord {
  const [line = ''] = chainLines([draft]).lines;
  const link = readLine(line, beginning);
  if (link.kind === 'record') return link.record;
  throw new Error('no record');
}

const path = 'write#1~1/g1';
const expiresAt = '2026-01-01T00:00:10.000Z';
const then = Date.UTC(2026, 0, 1, 0, 0, 10);

function opened(body: Partial<RecordBodies['gate.opened']>): Ends {
  return endsAfter(new Map(), recordOf(sampleDraft('gate.opened', body, path)));
}

const decided = { gate: 1, decisions: [], by: [], verdict: 'expired', value: null, valueDigest: null } as const;
const denying = opened({ expiresAt, onExpiry: 'deny' });

describe('what a session process may not say for people', () => {
  it('is a decision, but not that a gate has expired and what its gate says of that', () => {
    const said = recordOf(sampleDraft('gate.decided', decided, path));
    expect(saysForPeople(said, denying, then)).toBe(false);
    expect(saysForPeople(said, opened({ expiresAt, onExpiry: 'abort' }), then)).toBe(false);
    const allowed = recordOf(sampleDraft('gate.decided', { ...decided, verdict: 'approved' }, path));
    expect(saysForPeople(allowed, opened({ expiresAt, onExpiry: 'allow' }), then)).toBe(false);
  });

  it.each<[what: string, body: Partial<RecordBodies['gate.decided']>, ends: Ends, now: number]>([
    ['before the time of the gate', {}, denying, then - 61_000],
    ['at a gate that has no end', {}, opened({ expiresAt: null }), then],
    ['at no gate', { gate: 2 }, denying, then],
    ['twice', {}, endsAfter(denying, recordOf(sampleDraft('gate.decided', decided, path))), then],
    ['with another verdict', { verdict: 'approved' }, denying, then],
    ['with a verdict for a gate that lets pass', {}, opened({ expiresAt, onExpiry: 'allow' }), then],
    ['by somebody', { by: [{ name: 'ada', groups: [], verifiedBy: 'os-uid' }] }, denying, then],
    ['from a decision', { decisions: ['d-1'] }, denying, then],
  ])('is that a gate has ended %s', (_what, body, ends, now) => {
    expect(saysForPeople(recordOf(sampleDraft('gate.decided', { ...decided, ...body }, path)), ends, now)).toBe(true);
  });

  it('is what came through an inbox, and nothing else', () => {
    expect(saysForPeople(recordOf(sampleDraft('input.received', {}, path)), denying, then)).toBe(true);
    expect(saysForPeople(recordOf(sampleDraft('call.outcome', {}, path)), denying, then)).toBe(false);
  });
});
