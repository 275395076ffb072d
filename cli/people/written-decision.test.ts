import { describe, expect, it } from 'vitest';
import { readWritten } from './written-decision.ts';

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
