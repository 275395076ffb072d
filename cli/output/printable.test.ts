import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { oneLine, printable } from './printable.ts';

describe('text that others wrote', () => {
  it.each([
    ['moves the cursor', 'a\u001b[2Jb', 'a\uFFFD[2Jb'],
    ['writes over the line', 'safe\rrm', 'safe\uFFFDrm'],
    ['turns the direction', 'a\u202eb', 'a\uFFFDb'],
    ['begins a line in another way', 'a\u2028b\u0085', 'a\uFFFDb\uFFFD'],
    ['is plain', 'two\n\tlines é 🗼', 'two\n\tlines é 🗼'],
  ])('that %s is shown, not sent', (_, text, expected) => expect(printable(text)).toBe(expected));

  it('is one line where one is wanted', () => {
    expect(oneLine('a \r\n  b\nc')).toBe('a b c');
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => !/[\n\r\u001b\u0007]/.test(oneLine(text))));
  });
});
