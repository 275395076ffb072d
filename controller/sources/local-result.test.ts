import { describe, expect, it } from 'vitest';
import { resultText } from './local-result.ts';

describe('a result as text', () => {
  it.each([
    ['a text', 'Hello.\nBye.', 'Hello.\nBye.'],
    ['a report by its summary', { summary: 'All is well.', artifacts: ['a.md'] }, 'All is well.'],
    [
      'what has more than a report as JSON',
      { summary: 's', artifacts: [], grade: 1 },
      '{"artifacts":[],"grade":1,"summary":"s"}',
    ],
    ['what has less than a report as JSON', { summary: 's' }, '{"summary":"s"}'],
    ['a report whose summary is no text as JSON', { summary: 1, artifacts: [] }, '{"artifacts":[],"summary":1}'],
    ['a list as JSON', [1, 'a'], '[1,"a"]'],
    ['null as JSON', null, 'null'],
  ])('shows %s', (_, value, expected) => {
    expect(resultText(value)).toBe(expected);
  });
});
