import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '#crds';
import { isMessageId, readMessage } from './message.ts';

const from = { name: 'alice', groups: ['dev'], verifiedBy: 'os-uid' };
const gateDigest = `sha256:${'0'.repeat(64)}`;
const decision: JsonObject = { kind: 'decision', id: 'a', from, gate: 'g7', gateDigest, verdict: 'approve', note: '' };
const supply = { ...decision, verdict: 'supply' };
const adjustment: JsonObject = { kind: 'adjustment', id: 'a', from, adjust: { op: 'skip', step: 'review' } };
const control: JsonObject = { kind: 'control', id: 'a', from, control: 'pause', note: 'lunch' };

describe('a message', () => {
  it.each([
    ['a decision', decision],
    ['a decision with another input', { ...decision, input: { path: 'b' } }],
    ['an outcome that nobody saw', { ...supply, outcome: { output: null } }],
    ['an outcome that is an error', { ...supply, outcome: { error: { reason: 'ToolFailed', message: 'no' } } }],
    ['an adjustment', adjustment],
    ['a patch', { ...adjustment, adjust: { op: 'patch', role: 'r', patch: { instructions: ['Be short.'] } } }],
    ['the use of a suggestion', { ...adjustment, adjust: { op: 'apply', applies: 'strict.1a2b3c4d' } }],
    ['one execution of a step', { ...adjustment, adjust: { op: 'skip', step: 'fan#1/[2]/check#1' } }],
    ['the end of an adjustment', { ...adjustment, adjust: { op: 'revert', reverts: 'x1' } }],
    ['a control', control],
  ])('is %s', (_what, message) => expect(readMessage(message, 'a')).toEqual({ message }));

  it.each<[string, JsonValue, string]>([
    ['is no object', [], 'kind: expected decision, adjustment, control, found nothing'],
    ['is of another kind', { ...control, kind: 'toString' }, 'found "toString"'],
    ['says more than its kind has', { ...control, force: true }, 'force: expected no such member, found one'],
    ['lacks something', { kind: 'control', id: 'a', from, note: '' }, 'control: expected "pause" or'],
    ['has another ID than its place', { ...control, id: 'b' }, 'id: expected "a", found "b"'],
    ['has an ID that is a path', { ...control, id: '../a' }, 'id: expected text that matches'],
    ['has a gate that is none', { ...decision, gate: 'g0' }, 'gate: expected text that matches'],
    ['has no digest of what was seen', { ...decision, gateDigest: 'g7' }, 'gateDigest: expected sha256:'],
    ['has an input to deny with', { ...decision, verdict: 'deny', input: {} }, 'input: expected an input only'],
    ['supplies nothing', supply, 'outcome: expected an outcome exactly to supply'],
    ['has an outcome to approve with', { ...decision, outcome: { output: 1 } }, 'outcome: expected an outcome exactly'],
    ['says of its sender more than can be', { ...control, from: { ...from, uid: 0 } }, 'from.uid: expected no such'],
    ['invents a level', { ...control, from: { ...from, verifiedBy: 'god' } }, 'from.verifiedBy: expected'],
    ['has a name that steers a terminal', { ...control, from: { ...from, name: 'a\u001b[2J' } }, 'from.name: expected'],
    ['is from hundreds of groups', { ...control, from: { ...from, groups: Array(257).fill('g') } }, 'at most 256'],
    ['goes on and on', { ...control, note: 'x'.repeat(4097) }, 'note: expected well-formed text of at most 4096'],
    ['changes what is no step', { ...adjustment, adjust: { op: 'skip', step: 'A/B' } }, 'adjust.step: expected'],
    ['applies nothing', { ...adjustment, adjust: { op: 'apply', reverts: 'x' } }, 'adjust.applies: expected'],
    ['reverts nothing', { ...adjustment, adjust: { op: 'revert' } }, 'adjust.reverts: expected'],
  ])('that %s is refused with the place', (_what, value, why) => {
    const read = readMessage(value, 'a');
    expect(read.message).toBeNull();
    expect(read.refused).toContain(why);
  });

  it('of any content is read or refused, and never throws', () => {
    const some = fc.jsonValue().map((value) => value as JsonValue);
    const changed = fc.tuple(fc.constantFrom(decision, supply, adjustment, control), fc.string(), some);
    fc.assert(
      fc.property(
        fc.oneof(
          some,
          changed.map(([message, key, value]) => ({ ...message, [key]: value })),
        ),
        (value) => {
          const read = readMessage(value, 'a');
          if (read.message === null) expect(read.refused.length).toBeLessThan(1000);
          else expect(read.message).toEqual(value);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an ID', () => {
  it.each(['a', 'A-1.b_c', '0'.repeat(128)])('may be %j', (id) => expect(isMessageId(id)).toBe(true));
  it.each(['', '.', '..', '.a', 'a/b', 'a b', 'ä', 'a\n', '0'.repeat(129)])('is not %j', (id) =>
    expect(isMessageId(id)).toBe(false),
  );
});
