import { describe, expect, it } from 'vitest';
import { digestOf, isJsonObject, type Digest, type JsonValue } from '#crds';
import { chainLines, sampleBodies, sampleDraft, sampleSession } from '../../test/conformance/store-samples.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { beginning, readLine, type Place } from './chain.ts';
import type { Draft, Identity, JournalRecord, RecordBodies, RecordType } from './record.ts';
import { saidElsewhere } from './gates-of-story.ts';
import { Story } from './story.ts';

/** The records of drafts as a reader has them. */
function recordsOf(drafts: readonly Draft[]): readonly JournalRecord[] {
  let place: Place = beginning;
  return chainLines(drafts).lines.map((line) => {
    const link = readLine(line, place);
    if (link.kind !== 'record') throw new Error(`no record: ${JSON.stringify(link)}`);
    place = link.place;
    return link.record;
  });
}

/** The first record that cannot be so, and why; null where all can. */
function flawOf(drafts: readonly Draft[], blobs: ReadonlyMap<Digest, JsonValue> = new Map()) {
  const story = new Story(semanticsOf);
  for (const record of recordsOf(drafts)) {
    const blob = saidElsewhere(record);
    const flaw = story.flawOf(record, blob === null ? undefined : blobs.get(blob.digest));
    if (flaw !== null) return { seq: record.seq, type: record.type, field: flaw.field };
  }
  return null;
}

const whole = sampleSession();

/** The whole story with the body of one record changed. */
function changed<T extends RecordType>(type: T, change: (body: RecordBodies[T]) => Partial<RecordBodies[T]>) {
  return whole.map((draft) => {
    if (draft.type !== type) return draft;
    const body = draft.body as RecordBodies[T];
    return { ...draft, body: { ...body, ...change(body) } } as Draft;
  });
}

const without = (type: RecordType): readonly Draft[] => whole.filter((draft) => draft.type !== type);
const mallory: Identity = { name: 'mallory', groups: [], verifiedBy: 'os-uid' };

describe('the story that records tell', () => {
  it('is one where each follows from those before', () => expect(flawOf(whole)).toBeNull());

  it.each<[what: string, drafts: readonly Draft[], type: RecordType, field: string]>([
    ['an outcome of what was not begun', without('call.intent'), 'call.outcome', 'type'],
    ['an answer to what was not asked', without('model.request'), 'model.response', 'type'],
    ['a decision about no gate', without('gate.opened'), 'gate.decided', 'body.gate'],
    ['a decision that nobody sent', without('input.received'), 'gate.decided', 'body.decisions[0]'],
    ['a decision of other people', changed('gate.decided', () => ({ by: [mallory] })), 'gate.decided', 'body.by[0]'],
    ['a decision of nobody', changed('gate.decided', () => ({ by: [] })), 'gate.decided', 'body.by'],
    [
      'an approval without decisions at a gate that does not expire',
      changed('gate.decided', () => ({ decisions: [], by: [] })),
      'gate.decided',
      'body.decisions',
    ],
    [
      'another verdict than was said',
      changed('gate.decided', () => ({ verdict: 'denied' as const })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'another input than was approved instead',
      changed('gate.decided', () => ({ verdict: 'edited' as const, valueDigest: sampleBodies['call.intent'].key })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'an approval as it was asked where another input was approved',
      changed('input.received', ({ content }) => ({
        content: { value: { ...(content !== null && 'value' in content ? Object(content.value) : {}), input: 1 } },
      })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'a verdict for another kind of gate',
      changed('gate.decided', () => ({ verdict: 'retry' as const })),
      'gate.decided',
      'body.verdict',
    ],
    [
      'a decision that was refused',
      changed('input.received', () => ({ refused: 'it is about another call' })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'a decision about another gate',
      changed('input.received', () => ({ content: { value: { gate: 'g9', verdict: 'approve' } } })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'a decision about another call at the gate',
      changed('gate.opened', () => ({ callDigest: sampleBodies['call.intent'].key })),
      'gate.decided',
      'body.decisions[0]',
    ],
    [
      'a decision of somebody who is not asked',
      changed('gate.opened', ({ approvers }) => ({
        approvers: approvers.map((one) => ({ ...one, users: ['grace'] })),
      })),
      'gate.decided',
      'body.by',
    ],
    [
      'a decision of too few',
      changed('gate.opened', ({ approvers }) => ({ approvers: approvers.map((one) => ({ ...one, quorum: 2 })) })),
      'gate.decided',
      'body.by',
    ],
    [
      'an approval by whoever asked for it',
      changed('gate.opened', ({ approvers }) => ({
        approvers: approvers.map((one) => ({ ...one, notRequester: true })),
      })),
      'gate.decided',
      'body.by',
    ],
    [
      'a gate that nobody may decide',
      changed('gate.opened', () => ({ approvers: [] })),
      'gate.opened',
      'body.approvers',
    ],
    [
      'an approval made void that was never given',
      changed('gate.opened', () => ({ voids: { gate: 1, changed: ['files'] } })),
      'gate.opened',
      'body.voids.gate',
    ],
    [
      'a person who adjusts without a word',
      changed('conductor.adjusted', () => ({ origin: 'person' as const, by: 'ada' })),
      'conductor.adjusted',
      'body.id',
    ],
    [
      'an outcome that nobody supplied',
      changed('call.outcome', () => ({ from: { gate: 4 } })),
      'call.outcome',
      'body.from.gate',
    ],
    [
      'an outcome from no probe',
      changed('call.outcome', () => ({ from: { probe: 3 } })),
      'call.outcome',
      'body.from.probe',
    ],
    ['a Session parked at no gate', changed('session.parked', () => ({ gates: [3] })), 'session.parked', 'body.gates'],
    [
      'a second attempt without a first',
      whole.map((draft) => (draft.type === 'call.intent' ? { ...draft, path: 'write#5~2' } : draft)),
      'call.intent',
      'path',
    ],
    [
      'a call that was begun and refused',
      whole.map((draft) => (draft.type === 'call.denied' ? { ...draft, path: 'write#1~1' } : draft)),
      'call.denied',
      'type',
    ],
  ])('is not one with %s', (_what, drafts, type, field) => {
    expect(flawOf(drafts)).toMatchObject({ type, field });
  });

  it.each<RecordType>([
    'call.intent',
    'call.outcome',
    'model.request',
    'model.response',
    'gate.opened',
    'gate.decided',
    'step.ended',
    'conductor.adjusted',
    'call.withdrawn',
    'input.received',
    'attempt.started',
  ])('is not one with %s twice', (type) => {
    const at = whole.findIndex((draft) => draft.type === type);
    const again = whole[at];
    if (again === undefined) throw new Error('there is one');
    expect(flawOf(whole.toSpliced(at + 1, 0, again))).toMatchObject({ seq: at + 2, type });
  });

  it.each([
    ['write#1~1', 'what has an answer', 'call.outcome'],
    ['write#9~1', 'what was not asked', null],
  ])('is not one where %s is withdrawn, which is %s', (path, _what, after) => {
    const at = after === null ? 3 : whole.findIndex(({ type }) => type === after);
    const withdrawn = sampleDraft('call.withdrawn', {}, path);
    expect(flawOf(whole.toSpliced(at + 1, 0, withdrawn))).toMatchObject({ seq: at + 2, type: 'call.withdrawn' });
  });

  it('is not one where what was withdrawn is answered', () => {
    const at = whole.findIndex(({ type }) => type === 'call.withdrawn');
    const answer = sampleDraft('call.outcome', {}, 'write#3~1');
    expect(flawOf(whole.toSpliced(at + 1, 0, answer))).toMatchObject({ seq: at + 2, type: 'call.outcome' });
  });

  it('counts the last that a person said, and nothing that they have withdrawn', () => {
    const at = whole.findIndex(({ type }) => type === 'input.received');
    const [first] = whole.slice(at, at + 1);
    if (first?.type !== 'input.received' || first.body.content === null || !('value' in first.body.content))
      throw new Error('there is one that says something');
    const { body } = first;
    const said = first.body.content.value;
    if (!isJsonObject(said)) throw new Error('it says an object');
    const bob: Identity = { ...body.from, name: 'bob' };
    const otherwise = { ...said, input: { topic: 'the coast' } };
    const edits: Draft = { ...first, body: { ...body, id: 'd-2', content: { value: otherwise } } };
    const agrees: Draft = { ...first, body: { ...body, id: 'd-3', from: bob } };
    const both = { decisions: [body.id, 'd-3'], by: [body.from, bob] };
    const decided = changed('gate.decided', () => both);
    expect(flawOf(decided.toSpliced(at + 1, 0, agrees))).toBeNull();
    expect(flawOf(decided.toSpliced(at + 1, 0, agrees, edits))).toBeNull();
    expect(flawOf(decided.toSpliced(at + 1, 0, edits, agrees))).toMatchObject({
      type: 'gate.decided',
      field: 'body.decisions[0]',
    });
  });

  it('goes by what people said also where it stands in a blob', () => {
    const at = whole.findIndex(({ type }) => type === 'input.received');
    const first = whole[at];
    const content = first?.type === 'input.received' ? first.body.content : null;
    if (first?.type !== 'input.received' || content === null || !('value' in content) || !isJsonObject(content.value))
      throw new Error('there is one that says something');
    const { body } = first;
    const held = (said: JsonValue) => {
      const digest = digestOf(said);
      const blobs = new Map([[digest, said]]);
      return { body: { content: { blob: { digest, offset: 0, bytes: 40_000 } }, contentDigest: digest }, blobs };
    };
    const same = held(content.value);
    const approval = changed('input.received', () => same.body);
    expect(flawOf(approval, same.blobs)).toBeNull();
    expect(flawOf(approval)).toMatchObject({ type: 'input.received', field: 'body.content' });
    const denial = held({ ...content.value, verdict: 'deny' });
    const denied = changed('input.received', () => denial.body);
    expect(flawOf(denied, denial.blobs)).toMatchObject({ type: 'gate.decided', field: 'body.decisions[0]' });
    const alone = changed('input.received', () => ({ content: null }));
    expect(flawOf(alone)).toMatchObject({ type: 'input.received', field: 'body.content' });

    const bob: Identity = { ...body.from, name: 'bob' };
    const agrees: Draft = { ...first, body: { ...body, id: 'd-3', from: bob } };
    const edited = held({ ...content.value, input: { topic: 'the coast '.repeat(4000) } });
    const withdrawn: Draft = { ...first, body: { ...body, id: 'd-2', ...edited.body } };
    const both = changed('gate.decided', () => ({ decisions: [body.id, 'd-3'], by: [body.from, bob] }));
    expect(flawOf(both.toSpliced(at + 1, 0, withdrawn, agrees), edited.blobs)).toMatchObject({
      type: 'gate.decided',
      field: 'body.decisions[0]',
    });
  });

  it('lets a gate that expired end without anybody', () => {
    const expiring = (onExpiry: 'deny' | 'allow', verdict: 'expired' | 'approved') =>
      flawOf(
        changed('gate.opened', () => ({ expiresAt: '2026-01-01T00:00:00.000Z', onExpiry })).map((draft) =>
          draft.type === 'gate.decided' ? { ...draft, body: { ...draft.body, decisions: [], by: [], verdict } } : draft,
        ),
      );
    expect(expiring('deny', 'expired')).toBeNull();
    expect(expiring('allow', 'approved')).toBeNull();
    expect(expiring('deny', 'approved')).toMatchObject({ field: 'body.verdict' });
  });

  it('is gone on with by a fork that took over its beginning', () => {
    const facts = recordsOf(whole).filter(({ type }) => type === 'model.request');
    const story = new Story(semanticsOf);
    story.take(facts);
    const [answer] = recordsOf(whole).filter(({ type }) => type === 'model.response');
    expect(answer === undefined ? null : story.flawOf(answer)).toBeNull();
  });

  it('needs no more at a path of the Session itself', () => {
    expect(flawOf([sampleDraft('session.started'), sampleDraft('step.ended'), sampleDraft('step.ended')])).toBeNull();
  });
});
