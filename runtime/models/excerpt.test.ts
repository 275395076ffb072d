import { describe, expect, it } from 'vitest';
import { createMask } from '../secrets/mask.ts';
import { excerpt } from './excerpt.ts';

const secret = 'sk-/a+b"c-very-long-and-random';
const mask = createMask(new Map([['models/key', secret]]));
const nothing = createMask(new Map());

describe('an excerpt of hostile text', () => {
  it('shows a bounded piece on one line', () => {
    expect(excerpt(`a\n\u001b[31mb\u202e ${'c'.repeat(300)}`, nothing)).toBe(`a [31mb ${'c'.repeat(192)}…`);
  });

  it('does not cut a character in half', () => {
    expect(excerpt('🗼'.repeat(10), nothing, 3)).toBe('🗼🗼🗼…');
  });

  const echoes: readonly (readonly [string, string])[] = [
    ['as it is', secret],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 with a user', Buffer.from(`me:${secret}`).toString('base64')],
    ['in a URL', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ];

  it.each(echoes)('names a secret %s and shows nothing of it, wherever the cut falls', (_, echo) => {
    for (let lead = 0; lead < 240; lead += 1) {
      const shown = excerpt(`${'.'.repeat(lead)}${echo}`, mask);
      // What is left beside the name can be no more than the characters that base64 shares with the neighbours.
      const left = shown.replace(/[.…]+|‹[^›…]*›?/g, '');
      expect(left.length).toBeLessThan(8);
      if (lead < 160) expect(shown).toContain('‹secret:models/key›');
    }
  });

  it.each(echoes)('shows no half of a secret %s that lies where looking ends', (_, echo) => {
    for (let part = 1; part < echo.length; part += 1) {
      const shown = excerpt(`${' '.repeat(16 * 1024 - part)}${echo}`, mask);
      expect(shown.length).toBeLessThan(8);
    }
  });
});
