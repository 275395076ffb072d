import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byCodePoint } from './order.ts';

it('orders texts as their UTF-8 bytes are ordered', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '\uE000', '\uFFFD', '\u{10000}', '\u{10FFFF}') });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(byCodePoint(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
