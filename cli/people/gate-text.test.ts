import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#crds';
import type { Heard } from '#runtime';
import { gateText, peopleText, visible } from './gate-text.ts';

const says = (name: string, input?: { readonly path: string }): Heard => {
  const from = { name, groups: [], verifiedBy: 'os-uid' } as const;
  const about = { kind: 'decision', id: name, gate: 'g1', gateDigest: `sha256:${'a'.repeat(64)}`, note: '' } as const;
  return { from, decision: { ...about, from, verdict: 'approve', ...(input === undefined ? {} : { input }) } };
};

const toldOf = (...heard: readonly Heard[]): string | null =>
  peopleText({ opened: { body: { approvers: [{ quorum: 2 }] } }, heard } as never);

describe('what people are told of others', () => {
  it('counts who says the same, by the last that each of them said', () => {
    const edit = { path: 'b.md' };
    expect(toldOf()).toBe('0 of 2 people have decided');
    expect(toldOf(says('ada'))).toBe('1 of 2 people have decided: ada');
    expect(toldOf(says('ada'), says('ada', edit))).toBe('1 of 2 people have decided: ada');
    expect(toldOf(says('ada'), says('ada', edit), says('bob'))).toBe('1 of 2 people have decided: ada; otherwise: bob');
    expect(toldOf(says('ada'), says('ada', edit), says('bob', edit))).toBe('2 of 2 people have decided: ada, bob');
  });
});

const digest = `sha256:${'a'.repeat(64)}`;
const shownFor = (input: JsonValue): string => {
  const asked = { kind: 'policy', name: 'shop.buy', risk: 'destructive', message: 'a rule asks', callDigest: digest };
  const nothing = { rules: [], approvers: [{ users: [], groups: [], quorum: 1, minIdentity: 'none' }], files: [] };
  const body = { ...asked, ...nothing, expiresAt: null, onExpiry: 'deny', voids: null };
  const gate = { id: 'g7', digest, opened: { path: 'a#1~1/c1~1/g1', body }, received: [], heard: [], decided: null };
  return gateText(gate as never, input, 0);
};

describe('what people see before they decide', () => {
  it.each([
    ['turns the direction', 'a\u202eb\u200f', 'a\\u{202e}b\\u{200f}'],
    ['is a space and does not look so, or the other way round', 'a\u00a0b\u3000\u2800', 'a\\u{a0}b\\u{3000}\\u{2800}'],
    ['is a letter that nobody sees', 'a\u3164b\u115f\uffa0', 'a\\u{3164}b\\u{115f}\\u{ffa0}'],
    ['changes how its neighbour looks', 'a\ufe0f\u{e0100}\u034f', 'a\\u{fe0f}\\u{e0100}\\u{34f}'],
    ['is for private use, or nothing yet', '\ue000\u{10ffff}\u0378', '\\u{e000}\\u{10ffff}\\u{378}'],
    ['is plain', 'grün 塔 🗼', 'grün 塔 🗼'],
  ])('shows by its number what %s', (_, text, expected) => expect(visible(text)).toBe(expected));

  it('has no room for what looks like another question, drawn with spaces', () => {
    const fake = ['x', 'Asks:        to call files.read', 'Risk:        read'].join(' '.repeat(70));
    const text = shownFor({ note: { text: fake } });
    expect(text).not.toMatch(/\S {14,}/);
    expect(text).toContain('    "text": "x‹70 spaces›Asks:');
  });

  it('says again below a long input what is asked about it', () => {
    const again = 'Above:       the input of g7, which asks to call shop.buy, risk destructive';
    expect(shownFor({ text: 'short' })).not.toContain('Above:');
    expect(
      shownFor({ text: 'x'.repeat(2_000) })
        .split('\n')
        .at(-1),
    ).toBe(again);
    expect(
      shownFor(Array.from({ length: 300 }, () => 'x'))
        .split('\n')
        .at(-1),
    ).toBe(again);
  });
});
