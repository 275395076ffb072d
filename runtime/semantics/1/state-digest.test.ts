import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf, type JsonValue } from '#crds';
import type { Draft, JournalRecord } from '../../journal/record.ts';
import { stateDigest, stateEntries, type Ending } from './state-digest.ts';

const d = (value: JsonValue): ReturnType<typeof digestOf> => digestOf(value);
const limits = { attempt: 1, notAfter: '2026-01-01T00:00:05.000Z', reservation: null };

/** Records around drafts; what surrounds them may be anything. */
function recordsOf(drafts: readonly Draft[], surroundings: Partial<JournalRecord> = {}): readonly JournalRecord[] {
  const around = { v: 1, epoch: 1, prev: '', hash: '', at: '2026-01-01T00:00:00.000Z', synced: 0, ...surroundings };
  return drafts.map((draft, index) => ({ ...around, seq: index + 1, ...draft }) as JournalRecord);
}

const intent = (path: string, name = 'files.read'): Draft => ({
  type: 'call.intent',
  path,
  body: {
    ...limits,
    kind: 'tool',
    name,
    risk: 'read',
    recovery: 'safe',
    input: { value: {} },
    inputDigest: d({}),
    key: d(path),
  },
});
const outcome = (path: string, output: JsonValue): Draft => ({
  type: 'call.outcome',
  path,
  body: { status: 'succeeded', output: { value: output }, outputDigest: d(output), error: null, changes: [] },
});
const failure = (path: string, reason: string): Draft => ({
  type: 'call.outcome',
  path,
  body: { status: 'failed', output: null, outputDigest: null, error: { reason, message: 'x' }, changes: [] },
});
const turn = (path: string, answer: string | null, backend = 'a'): readonly Draft[] => [
  {
    type: 'model.request',
    path,
    body: {
      ...limits,
      role: 'r',
      model: '',
      requestDigest: d(path.replaceAll(/~\d+/g, '')),
      prefix: null,
      messages: [],
      tools: [],
      params: {},
      outputSchemaDigest: null,
    },
  },
  {
    type: 'model.response',
    path,
    body:
      answer === null
        ? { responseDigest: null, response: null, error: { reason: 'ModelBusy', message: '' }, usage: null, backend }
        : {
            responseDigest: d(answer),
            response: { value: answer },
            error: null,
            usage: { inputTokens: 1, outputTokens: 2 },
            backend,
          },
  },
];
const stepEnded = (path: string): Draft => ({
  type: 'step.ended',
  path,
  body: { status: 'succeeded', output: { value: 1 }, outputDigest: d(1), error: null },
});
const ending: Ending = { status: 'succeeded', error: null, resultDigest: d(1), treeDigest: d([]) };

const session: readonly Draft[] = [
  intent('a#1~1', 'writer'),
  ...turn('a#1~1/t1~1', 'call'),
  intent('a#1~1/t1~1/c10~1'),
  outcome('a#1~1/t1~1/c10~1', 10),
  intent('a#1~1/t1~1/c2~1'),
  failure('a#1~1/t1~1/c2~1', 'FileNotFound'),
  ...turn('a#1~1/t2~1', 'done'),
  outcome('a#1~1', 1),
  {
    type: 'artifact.written',
    path: 'a#1~1',
    body: { name: 'n', mediaType: 'text/plain', digest: d('x'), bytes: 1, content: { text: 'x' }, origin: 'output' },
  },
  stepEnded('a#1~1'),
];

describe('the state of a Session', () => {
  it('is exactly its final calls, turns, steps, artifacts, tree and result, sorted by path', () => {
    expect(stateEntries(recordsOf(session), ending)).toEqual([
      { path: '', tree: d([]) },
      { path: '', status: 'succeeded', reason: null, resultDigest: d(1) },
      { path: 'a#1', name: 'writer', inputDigest: d({}), status: 'succeeded', outputDigest: d(1) },
      { path: 'a#1', status: 'succeeded', reason: null },
      { path: 'a#1', artifact: 'n', mediaType: 'text/plain', digest: d('x') },
      { path: 'a#1/t1', requestDigest: d('a#1/t1'), responseDigest: d('call') },
      { path: 'a#1/t1/c2', name: 'files.read', inputDigest: d({}), status: 'failed', errorCode: 'FileNotFound' },
      { path: 'a#1/t1/c10', name: 'files.read', inputDigest: d({}), status: 'succeeded', outputDigest: d(10) },
      { path: 'a#1/t2', requestDigest: d('a#1/t2'), responseDigest: d('done') },
    ]);
  });

  it('has this digest, in every release', () => {
    expect(stateDigest(recordsOf(session), ending)).toBe(
      'sha256:fb88dd47ec89472ed0b3123754a97a476a9935fc5b62bf618813a52f0beb0dcf',
    );
  });

  const same: readonly (readonly [string, readonly JournalRecord[]])[] = [
    ['when', recordsOf(session, { at: '2030-05-05T00:00:00.000Z' })],
    ['in which attempt, and what was durable', recordsOf(session, { epoch: 7, synced: 3 })],
    [
      'in which order calls were answered',
      recordsOf([...session.slice(0, 3), ...session.slice(5, 7), ...session.slice(3, 5), ...session.slice(7)]),
    ],
    [
      'which back end served it',
      recordsOf([...session.slice(0, 1), ...turn('a#1~1/t1~1', 'call', 'b'), ...session.slice(3)]),
    ],
    [
      'how often a turn was tried',
      recordsOf([...session.slice(0, 1), ...turn('a#1~1/t1~1', null), ...movedBelow('a#1~1/t1~2')]),
    ],
    ['what an attempt that was given up did', recordsOf([intent('a#1~1/t1~1/c2~1'), ...session.map(retried)])],
    [
      'which files were looked at',
      recordsOf([
        ...session,
        { type: 'file.access', path: 'a#1~1', body: { reads: 1, lists: 0, writes: 0, listDigest: d(1), refusals: [] } },
      ]),
    ],
  ];
  it.each(same)('does not depend on %s', (_what, records) => {
    expect(stateDigest(records, ending)).toBe(stateDigest(recordsOf(session), ending));
  });

  it('is the same where a probe had to say what became of a call', () => {
    const seen = intent('a#1~1/t1~1/c3~1', 'shop.pay');
    if (seen.type !== 'call.intent') throw new Error('no intent');
    const pay: Draft = { ...seen, body: { ...seen.body, recovery: 'probe' } };
    const asked = [intent(`${pay.path}/k1~1`, 'shop.paid'), outcome(`${pay.path}/k1~1`, { happened: true })];
    const paid = outcome(pay.path, 'paid');
    const digest = (...drafts: readonly Draft[]): string => stateDigest(recordsOf([...session, ...drafts]), ending);
    expect(digest(pay, ...asked, paid)).toBe(digest(pay, paid));
    // What a call does itself does count.
    expect(digest(seen, ...asked, paid)).not.toBe(digest(seen, paid));
  });

  it('has of a branch that was cancelled nothing but that, and of a skipped step who skipped it', () => {
    const cancelled: Draft = {
      type: 'step.ended',
      path: 'b#1~2/left',
      body: { status: 'cancelled', output: null, outputDigest: null, error: null },
    };
    const skipped: Draft = { type: 'step.skipped', path: 'c#1', body: { by: 'when', reason: 'inputs.c' } };
    const records = recordsOf([
      intent('b#1~2/left/x#1~1'),
      outcome('b#1~2/left/x#1~1', 1),
      stepEnded('b#1~2/right/[0]/y#1~1'),
      cancelled,
      skipped,
    ]);
    expect(stateEntries(records, ending).slice(2)).toEqual([
      { path: 'b#1/left', status: 'cancelled', reason: null },
      { path: 'b#1/right/[0]/y#1', status: 'succeeded', reason: null },
      { path: 'c#1', status: 'skipped', reason: 'when' },
    ]);
  });

  const other: readonly (readonly [string, readonly Draft[], Partial<Ending>])[] = [
    [
      'an output',
      session.map((draft) =>
        draft.path.endsWith('c10~1') && draft.type === 'call.outcome' ? outcome(draft.path, 11) : draft,
      ),
      {},
    ],
    [
      'a failure',
      session.map((draft) =>
        draft.path.endsWith('c2~1') && draft.type === 'call.outcome' ? failure(draft.path, 'PathRefused') : draft,
      ),
      {},
    ],
    ['a missing answer', session.filter((draft) => !draft.path.endsWith('c2~1') || draft.type !== 'call.outcome'), {}],
    ['a step', session.filter(({ type }) => type !== 'step.ended'), {}],
    ['an artifact', session.filter(({ type }) => type !== 'artifact.written'), {}],
    ['the tree', session, { treeDigest: d([1]) }],
    ['the result', session, { resultDigest: d(2) }],
    ['how it ended', session, { status: 'cancelled' }],
  ];
  it.each(other)('depends on %s', (_what, drafts, end) => {
    expect(stateDigest(recordsOf(drafts), { ...ending, ...end })).not.toBe(stateDigest(recordsOf(session), ending));
  });
});

/** The session from its first turn on, below another attempt at that turn. */
function movedBelow(path: string): readonly Draft[] {
  return session.slice(1).map((draft) => ({ ...draft, path: draft.path.replace('a#1~1/t1~1', path) }) as Draft);
}

/** The draft with its step in a second attempt. */
function retried(draft: Draft): Draft {
  return { ...draft, path: draft.path.replace('a#1~1', 'a#1~2') } as Draft;
}

describe('what counts below attempts', () => {
  const skipped = (path: string): Draft => ({ type: 'step.skipped', path, body: { by: 'when', reason: 'false' } });
  const segment = fc
    .tuple(fc.constantFrom('a', 'b', 't2'), fc.constantFrom('', '#1', '#2'), fc.constantFrom('', '~1', '~2', '~10'))
    .map((parts) => parts.join(''));
  const paths = fc.array(
    fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
    { minLength: 1, maxLength: 12 },
  );

  /** As the rule is said: each attempt on the way is the last of its kind that was begun. */
  function counts(path: string, begun: readonly string[]): boolean {
    const above = path.split('/').map((_one, index, all) => all.slice(0, index + 1).join('/'));
    return above.every((at) => {
      const [, base, attempt] = /^(.*)~(\d+)$/.exec(at) ?? [];
      const others = begun.flatMap((other) => (other.startsWith(`${base}~`) ? [other.slice(`${base}~`.length)] : []));
      return others.every((other) => other.includes('/') || Number(other) <= Number(attempt));
    });
  }

  it('is what lies below last attempts only, however deep and in whatever order', () => {
    fc.assert(
      fc.property(paths, paths, (begun, said) => {
        const drafts = [...begun.map((path) => intent(path)), ...said.map(skipped)];
        const expected = [...begun.map((path) => [path, 'call']), ...said.map((path) => [path, 'skipped'])]
          .filter(([path]) => counts(path ?? '', begun))
          .map(([path = '', what = '']) => canonicalJson([path.replaceAll(/~\d+/g, ''), what]));
        const found = stateEntries(recordsOf(drafts), ending)
          .slice(2)
          .map((entry) => canonicalJson([entry['path'] ?? '', 'name' in entry ? 'call' : 'skipped']));
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});
