import { describe, expect, it } from 'vitest';
import type { Heard } from '#runtime';
import { peopleText } from './gate-text.ts';

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
