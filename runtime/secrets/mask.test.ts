import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../call/admit.ts';
import { createMask } from './mask.ts';

const secret = 'p@ss "wörd"/+ \\n=<&';
const mask = createMask(
  new Map([
    ['api/key', secret],
    ['short', 'zq'],
    ['empty', ''],
  ]),
);
const marker = '‹secret:api/key›';

describe('a mask', () => {
  const buffer = Buffer.from(secret);
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON with escapes for all but ASCII', JSON.stringify(secret).slice(1, -1).replace('ö', '\\u00f6')],
    [
      'in JSON that may stand in HTML',
      JSON.stringify(secret).slice(1, -1).replace('<', '\\u003c').replace('&', '\\u0026'),
    ],
    ['in JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replace('/', '\\/')],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL in small letters', encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase())],
    ['in a form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in base64', buffer.toString('base64')],
    ['in base64 for URLs', buffer.toString('base64url')],
  ])('hides a secret %s', (_name, form) => {
    expect(mask.text(`<${form}>`)).toBe(`<${marker}>`);
  });

  it('hides most of a secret wherever it stands inside base64', () => {
    for (const user of ['', 'a', 'ab', 'abc', 'user:']) {
      const text = Buffer.from(`${user}${secret}!`).toString('base64');
      expect(mask.text(text)).toContain(marker);
      const left = Buffer.from(mask.text(text).replace(marker, '').replaceAll('=', ''), 'base64').toString('latin1');
      expect(left).not.toContain('ss');
    }
  });

  it('changes nothing more the second time, also where a secret occurs in a marker', () => {
    const odd = createMask(
      new Map([
        ['a', 'secret'],
        ['b', 'cret:a'],
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('secret', 'cret:a', '‹', '›', ':', 'x')).map((parts) => parts.join('')),
        (text) => {
          expect(odd.text(odd.text(text))).toBe(odd.text(text));
        },
      ),
    );
  });

  it('hides keys of objects as well as values', () => {
    expect(admit({ zq: [`${secret}.`] }, mask).value).toEqual({ '‹secret:short›': [`${marker}.`] });
  });

  it('does not take a marker of no secret for one', () => {
    expect(mask.text(`‹secret:${secret}›`)).toBe(`‹secret:${marker}›`);
  });
});

describe('a masked stream', () => {
  it('shows what the mask shows of the whole text, however it is cut', () => {
    const piece = fc.constantFrom(secret, secret.slice(0, 5), secret.slice(5), 'zq', 'z', 'q', 'text', marker);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(30), { maxLength: 12 }), (parts, cuts) => {
        const text = parts.join('');
        const stream = mask.stream();
        let shown = '';
        let at = 0;
        for (const length of cuts) {
          shown += stream.push(text.slice(at, at + length));
          at = Math.min(text.length, at + length);
        }
        shown += stream.push(text.slice(at)) + stream.end();
        expect(shown).toBe(mask.text(text));
      }),
    );
  });

  it('holds nothing back where there is nothing to hide', () => {
    expect(createMask(new Map()).stream().push('text')).toBe('text');
  });
});
