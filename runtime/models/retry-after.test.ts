import { describe, expect, it } from 'vitest';
import { parseInstant } from '#crds';
import { readRetryAfter } from './retry-after.ts';

const now = parseInstant('2026-10-21T07:28:00Z');

describe('how long a server asks to wait', () => {
  it.each([
    ['seconds', '7', 7_000],
    ['no wait', '0', 0],
    ['a fraction of a second', '0.5', 500],
    ['a date', 'Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['a day', '86400', 86_400_000],
    ['more than a day', '86401', null],
    ['a date in a year', 'Thu, 21 Oct 2027 07:28:30 GMT', null],
    ['a negative number', '-5', null],
    ['a word', 'soon', null],
    ['a day that is none', 'Wed, 99 Oct 2026 07:28:30 GMT', null],
    ['a month that is none', 'Wed, 21 Foo 2026 07:28:30 GMT', null],
    ['infinity', '1e999', null],
    ['an endless number', '9'.repeat(400), null],
    ['nothing', '', null],
  ])('%s', (_, seconds, expected) => {
    expect(readRetryAfter({ seconds, milliseconds: null }, now)).toBe(expected);
  });

  it('is most exact in milliseconds, and falls back where those make no sense', () => {
    expect(readRetryAfter({ seconds: '7', milliseconds: '1234' }, now)).toBe(1_234);
    expect(readRetryAfter({ seconds: '7', milliseconds: '-1' }, now)).toBe(7_000);
    expect(readRetryAfter({ seconds: null, milliseconds: null }, now)).toBeNull();
  });
});
