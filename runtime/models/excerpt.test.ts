import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';

describe('an excerpt of hostile text', () => {
  it('shows a bounded piece on one line', () => {
    expect(excerpt(`a\n\u001b[31mb\u202e ${'c'.repeat(300)}`, [])).toBe(`a [31mb ${'c'.repeat(192)}…`);
  });

  it('does not cut a character in half', () => {
    expect(excerpt('🗼'.repeat(10), [], 3)).toBe('🗼🗼🗼…');
  });

  it.each([
    ['as it is', 'Bearer sk-/a+b"c'],
    ['in base64', Buffer.from('sk-/a+b"c').toString('base64')],
    ['in a URL', `?key=${encodeURIComponent('sk-/a+b"c')}`],
    ['in JSON', JSON.stringify({ key: 'sk-/a+b"c' })],
  ])('masks a secret %s', (_, text) => {
    const shown = excerpt(text, ['sk-/a+b"c']);
    expect(shown).toContain('‹secret:apiKey›');
    expect(shown).not.toContain('a+b');
  });

  it('shows no half of a secret that lies where looking ends', () => {
    const text = `${' '.repeat(64 * 1024 - 6)}sk-very-secret`;
    expect(excerpt(text, ['sk-very-secret'])).toBe('');
  });

  it('takes an empty secret for none', () => {
    expect(excerpt('words', [''])).toBe('words');
  });
});
