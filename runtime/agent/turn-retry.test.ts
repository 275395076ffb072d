import { describe, expect, it } from 'vitest';
import { semanticsOf } from '../semantics/semantics.ts';
import { raisedPause, turnRetryOf } from './turn-retry.ts';

const semantics = semanticsOf(1);

describe('how often a turn is tried', () => {
  it('is what the semantics say where the Venue says nothing', () => {
    expect(turnRetryOf({ provider: 'scripted' }, semantics)).toEqual({
      maxAttempts: 3,
      initialMs: 500,
      factor: 4,
      mostMs: 60_000,
    });
  });

  it('is what the Venue says', () => {
    const retry = { maxAttempts: 1, initialSeconds: 2, factor: 3, maxSeconds: 9 };
    expect(turnRetryOf({ provider: 'scripted', retry }, semantics)).toEqual({
      maxAttempts: 1,
      initialMs: 2_000,
      factor: 3,
      mostMs: 9_000,
    });
  });
});

it('a server that asks for a longer pause gets it, within the bound', () => {
  const bound = { mostMs: 10_000 };
  expect(raisedPause(800, null, bound)).toBe(800);
  expect(raisedPause(800, 7_000, bound)).toBe(7_000);
  expect(raisedPause(800, 3_600_000, bound)).toBe(10_000);
  expect(raisedPause(800, 1, bound)).toBe(800);
});
