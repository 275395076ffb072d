import { describe, expect, it } from 'vitest';
import { aboutText } from './change-text.ts';

describe('an adjustment in words', () => {
  it.each([
    [{ op: 'skip', step: 'two' }, 'step two'],
    [{ op: 'disable', tool: 'web.post' }, 'tool web.post'],
    [{ op: 'abort' }, ''],
    [{ op: 'revert', reverts: 'strict.1a' }, 'strict.1a'],
    [{ op: 'apply', applies: 'strict.1a' }, 'strict.1a'],
    [
      { op: 'patch', role: 'r', patch: { instructions: ['A', 'B'], model: 'm', params: { temperature: 0.2 } } },
      'role r: instruction "A", instruction "B", model "m", params.temperature 0.2',
    ],
    [
      { op: 'patch', step: 's', patch: { task: 'Say "so".', input: { a: [1], b: null } } },
      'step s: task "Say \\"so\\".", input.a [1], input.b null',
    ],
    [{ op: 'patch', patch: { prompt: 'P' } }, 'prompt "P"'],
  ] as const)('%j is about: %s', (change, words) => expect(aboutText(change)).toBe(words));

  it('says of a long text how it begins', () => {
    const text = aboutText({ op: 'patch', role: 'r', patch: { prompt: 'x'.repeat(5_000), instructions: ['short'] } });
    expect(text).toMatch(/^role r: prompt "x{100,}…, instruction "short"$/);
    expect(text.length).toBeLessThan(200);
  });
});
