import { describe, expect, it } from 'vitest';
import { expectAgreed, readWritten, type Beside } from './written-decision.ts';

const written = { gate: 'g7', gateDigest: 'sha256:0', verdict: 'approve' };

describe('a decision in a file', () => {
  it('is read with what it decides', () => {
    expect(readWritten({ ...written, input: { a: 1 } }, 'f')).toEqual({
      gate: 'g7',
      gateDigest: 'sha256:0',
      said: { verdict: 'approve', note: '', input: { a: 1 } },
    });
    expect(readWritten({ ...written, verdict: 'supply', outcome: { output: 1 } }, 'f')).toMatchObject({
      said: { outcome: { output: 1 } },
    });
  });

  it.each([
    ['says who decides', { ...written, from: { name: 'boss' } }, 'gate, gateDigest, verdict, note, input, outcome'],
    ['is bound to nothing', { gate: 'g7', verdict: 'approve' }, 'the digest that was shown'],
    ['decides nothing', { gate: 'g7', gateDigest: 'sha256:0' }, 'one of approve, deny'],
    ['denies with an input', { ...written, verdict: 'deny', input: {} }, 'only with approve'],
    ['supplies nothing', { ...written, verdict: 'supply' }, 'exactly with supply'],
    ['supplies both', { ...written, verdict: 'supply', outcome: { output: 1, error: {} } }, '{output: …}'],
  ])('that %s is refused', (_what, value, words) => {
    expect(() => readWritten(JSON.parse(JSON.stringify(value)), 'f')).toThrow(words);
  });
});

describe('a decision in a file beside the command line', () => {
  const none: Beside = { verb: 'approve', gate: undefined, flags: [] };
  const agreed = (verdict: string, beside: Partial<Beside>) => (): void =>
    expectAgreed(readWritten({ ...written, verdict }, 'f'), { ...none, ...beside }, 'f');

  it.each([
    ['nothing more', 'approve', {}],
    ['the same gate', 'approve', { gate: 'g7' }],
    ['the same gate by its number', 'approve', { gate: '7' }],
    ['what became of an unknown call', 'retry', {}],
    ['that it denies', 'deny', { verb: 'deny' }],
  ] as const)('agrees with %s', (_what, verdict, beside) => {
    expect(agreed(verdict, beside)).not.toThrow();
  });

  it.each([
    ['another gate', 'approve', { gate: 'g99' }, 'another gate'],
    ['a note', 'approve', { flags: ['--note'] }, 'in the file already'],
    ['approve, where it denies', 'deny', {}, 'another thing than to approve'],
    ['deny, where it approves', 'approve', { verb: 'deny' }, 'another thing than to deny'],
    ['deny, where it says what became of a call', 'retry', { verb: 'deny' }, 'another thing than to deny'],
  ] as const)('is refused beside %s', (_what, verdict, beside, words) => {
    expect(agreed(verdict, beside)).toThrow(words);
  });
});
