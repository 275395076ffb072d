import { validateResource, type SessionStatus } from '#crds';
import {
  semanticsOf,
  type Draft,
  type Identity,
  type JournalRecord,
  type RecordBodies,
  type RecordType,
} from '#runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { buildJournal, buildSession, digest, ended, observe, t0, time } from '../../test/controller/builders.ts';
import { cutBytes, project, type Projection } from './projection.ts';
import type { JournalView } from './plan.ts';
import { reconcileSession } from './session.ts';

/** The view of all records, null for none. */
function projectAll(records: Iterable<JournalRecord>): JournalView | null {
  let projection: Projection | null = null;
  for (const record of records) projection = project(projection, record);
  return projection?.view ?? null;
}

/** Records of a journal as far as a projection reads them: it does not check the chain. */
function journal(...drafts: readonly Draft[]): JournalRecord[] {
  let epoch = 1;
  return drafts.map((draft, index) => {
    if (draft.type === 'attempt.started') epoch = draft.body.attempt;
    return {
      v: 1,
      seq: index + 1,
      epoch,
      prev: '',
      hash: `${index + 1}`.padStart(64, '0'),
      at: new Date(t0 + index * 1000).toISOString(),
      synced: index,
      ...draft,
    };
  });
}

function draft<T extends RecordType>(type: T, path: string, body: RecordBodies[T]): Draft<T> {
  return { type, path, body } as Draft<T>;
}

const started = draft('session.started', '', {
  uid: 'session-uid',
  bundle: { digest: digest('a'), version: 1 },
  semantics: 1,
  runtime: '0',
  seed: '',
  provenance: {},
});
const attempt = (number: number): Draft => draft('attempt.started', '', { attempt: number, runtime: '0', torn: null });
const step = (path: string): Draft =>
  draft('step.started', path, { kind: 'role', name: 'writer', input: { value: {} }, inputDigest: digest('b') });
const stepEnded = (path: string, reason: string | null = null): Draft =>
  draft('step.ended', path, {
    status: reason === null ? 'succeeded' : 'failed',
    outputDigest: null,
    output: null,
    error: reason === null ? null : { reason, message: 'no' },
  });
const request = (path: string, role: string): Draft =>
  draft('model.request', path, {
    attempt: 1,
    notAfter: time,
    reservation: null,
    role,
    model: 'm',
    requestDigest: digest('c'),
    prefix: null,
    messages: [],
    tools: [],
    params: {},
    outputSchemaDigest: null,
  });
const response = (path: string, inputTokens: number): Draft =>
  draft('model.response', path, {
    responseDigest: null,
    response: null,
    error: null,
    usage: { inputTokens, outputTokens: 1 },
    backend: 'b',
  });
const artifact = (name: string): Draft =>
  draft('artifact.written', 's#1~1', {
    name,
    mediaType: 'text/plain',
    digest: digest('e'),
    bytes: 3,
    content: { text: 'abc' },
    origin: 'output',
  });
const sessionEnded = (result: string): Draft =>
  draft('session.ended', '', {
    status: 'succeeded',
    result: { value: result },
    resultDigest: digest('f'),
    error: null,
    stateDigest: digest('d'),
    treeDigest: digest('0'),
    usage: { inputTokens: 0, outputTokens: 0 },
  });

const gate = (name: string, expiresAt: string | null = null): Draft =>
  draft('gate.opened', 'a#1~1/g1', {
    kind: 'policy',
    name,
    risk: 'network',
    input: { value: {} },
    inputDigest: digest('b'),
    callDigest: digest('c'),
    files: [],
    rules: [],
    message: 'a rule asks for approval',
    approvers: [],
    expiresAt,
    onExpiry: 'deny',
    voids: null,
  });
const ada: Identity = { name: 'ada', groups: [], verifiedBy: 'os-uid' };
const gateDecided = (seq: number, verdict: 'approved' | 'edited' | 'denied', by: readonly Identity[] = [ada]): Draft =>
  draft('gate.decided', 'a#1~1/g1', {
    gate: seq,
    verdict,
    decisions: [],
    by,
    note: '',
    value: null,
    valueDigest: null,
  });

/** What a reconcile writes of a journal. */
function statusOf(view: JournalView | null): SessionStatus | undefined {
  const plan = reconcileSession(buildSession({ attempt: 1 }), observe({ attempt: ended(1), journal: view }), t0);
  return plan.actions.flatMap((action) => (action.type === 'writeSessionStatus' ? [action.status] : []))[0];
}

describe('projection', () => {
  it('is nothing before the first record', () => {
    expect(projectAll([])).toBeNull();
  });

  it('shows steps, usage by role, artifacts and the end', () => {
    const view = projectAll(
      journal(
        started,
        attempt(1),
        step('one#1~1'),
        request('one#1~1/t1~1', 'writer'),
        response('one#1~1/t1~1', 10),
        stepEnded('one#1~1'),
        step('two#1~1'),
        artifact('report'),
        stepEnded('two#1~1', 'ToolFailed'),
        sessionEnded('done'),
      ),
    );
    expect(view).toMatchObject({
      seq: 10,
      attempt: 1,
      startTime: time,
      steps: [
        { id: 'one', phase: 'Succeeded', completionTime: '2026-01-02T03:04:10.000Z' },
        { id: 'two', phase: 'Failed', reason: 'ToolFailed' },
      ],
      stepsDone: 2,
      usage: { inputTokens: 10, outputTokens: 1, calls: 1, byRole: [{ role: 'writer', inputTokens: 10, calls: 1 }] },
      artifacts: [{ name: 'report', mediaType: 'text/plain', digest: digest('e'), bytes: 3, origin: 'output' }],
      artifactsTotal: 1,
      ended: { status: 'succeeded', result: 'done', stateDigest: digest('d') },
    });
  });

  it('tells what waits for people, and what they approved, by what a decision is bound to', () => {
    const open = [started, attempt(1), gate('mail.send', '2026-01-09T00:00:00.000Z'), gate('')];
    const status = (drafts: readonly Draft[]) => statusOf(projectAll(journal(...drafts)));
    const first = semanticsOf(1).gateDigest('session-uid', 3, digest('c'), digest('a'));
    expect(status(open)).toMatchObject({
      pendingApprovals: [
        { name: 'g3', digest: first, call: 'mail.send', expiresTime: '2026-01-09T00:00:00Z' },
        { name: 'g4', digest: semanticsOf(1).gateDigest('session-uid', 4, digest('c'), digest('a')) },
      ],
      pendingApprovalsTotal: 2,
    });
    const decided = status([...open, gateDecided(3, 'edited'), gateDecided(4, 'denied')]);
    expect(decided).toMatchObject({ approvals: [{ name: 'g3', digest: first }], approvalsTotal: 1 });
    expect(decided).not.toHaveProperty('pendingApprovals');
    // Nobody approved what time allowed.
    expect(status([...open, gateDecided(3, 'approved', [])])).not.toHaveProperty('approvals');
    expect(validateResource({ ...buildSession(), status: decided ?? {} }, { old: buildSession() }).problems).toEqual(
      [],
    );
  });

  it('takes nothing but the head from a record of a type it does not know', () => {
    const [first, second] = journal(started, attempt(1));
    if (first === undefined || second === undefined) throw new Error('two records were made');
    const before = project(null, first);
    const unknown = JSON.parse(JSON.stringify({ ...second, type: 'later.told', body: {} }));
    expect(project(before, unknown).view).toEqual({ ...before.view, seq: 2, head: second.hash });
  });

  it('keeps the place of a step that the next attempt enters again', () => {
    const view = projectAll(journal(started, attempt(1), step('one#1~1'), attempt(2), step('one#1~1')));
    expect(view?.steps).toMatchObject([{ id: 'one', phase: 'Running', startTime: '2026-01-02T03:04:07.000Z' }]);
    expect(view?.attempt).toBe(2);
  });

  it('counts a step once, however often it is tried and comes round', () => {
    const ends = ['one#1~1', 'one#1~2', 'one#2~1'].map((path) => stepEnded(path));
    expect(projectAll(journal(started, step('one#1~1'), ...ends))).toMatchObject({ stepsDone: 1 });
  });

  it('counts no step below a step of the Score', () => {
    expect(projectAll(journal(started, step('one#1~1/inner#1~1')))?.steps).toEqual([]);
  });

  it('keeps the status of the largest Session within 16 KiB: approvals give way, then gates', () => {
    const wide = (length: number, index: number): string => `${index}`.padEnd(length, 'x');
    const many = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, at) => make(at));
    const used = { inputTokens: 1e9, outputTokens: 1e9, calls: 1e6 };
    const ends = { startTime: time, completionTime: time, reason: 'DepthExceeded' };
    const view = buildJournal({
      steps: many(32, (at) => ({ id: wide(63, at), phase: 'Failed', ...ends })),
      usage: { ...used, byRole: many(16, (at) => ({ role: wide(63, at), ...used })) },
      artifacts: many(16, (at) => ({
        name: wide(128, at),
        mediaType: 'text/markdown',
        digest: digest('e'),
        bytes: 1e9,
        origin: 'output',
      })),
      gates: many(16, (at) => ({ seq: at, digest: digest('b'), name: wide(63, at), message: '', expiresAt: time })),
      gatesTotal: 16,
      approvals: many(16, (at) => ({ seq: at, digest: digest('b'), time })),
      approvalsTotal: 16,
    });
    const status = statusOf(view);
    expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThanOrEqual(16 * 1024);
    expect(status).toMatchObject({ approvals: [], approvalsTotal: 16, pendingApprovalsTotal: 16 });
    expect(status?.pendingApprovals?.length).toBeGreaterThan(8);
  });

  it('gives the same view record by record as all at once, and never a status over 16 KiB', () => {
    const name = fc.stringMatching(/^[a-z]{1,63}$/);
    const drafts = fc.oneof(
      name.map((id) => step(`${id}#1~1`)),
      name.map((id) => stepEnded(`${id}#1~1`, 'ToolFailed')),
      name.map((role) => request(`a#1~1/${role}`, role)),
      name.map((role) => response(`a#1~1/${role}`, 7)),
      name.map(artifact),
      name.map((called) => gate(called, '2026-01-09T00:00:00.000Z')),
      fc.integer({ min: 1, max: 120 }).map((seq) => gateDecided(seq, 'approved')),
      fc.string({ unit: 'grapheme', maxLength: 5000 }).map(sessionEnded),
    );
    fc.assert(
      fc.property(fc.array(drafts, { maxLength: 120 }), (list) => {
        const records = journal(started, attempt(1), ...list);
        let projection: Projection | null = null;
        for (const record of records) projection = project(projection, record);
        const view = projectAll(records);
        expect(projection?.view).toEqual(view);
        expect(Buffer.byteLength(JSON.stringify(statusOf(view)))).toBeLessThan(16 * 1024);
      }),
      { numRuns: 60 },
    );
  });
});

describe('cutBytes', () => {
  it('never goes over the bound and never leaves half a code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 50 }), fc.integer({ min: 4, max: 40 }), (text, bytes) => {
        const cut = cutBytes(text, bytes);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});
