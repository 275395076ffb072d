import { describe, expect, it } from 'vitest';
import { quantityBytes } from './quantity.ts';

describe('quantityBytes', () => {
  it.each([
    [5, 5],
    ['5', 5],
    ['1Ki', 1024],
    ['1k', 1000],
    ['1.5Gi', 1_610_612_736],
    ['0.1', 1],
    ['1500m', 2],
    ['2Ti', 2 * 1024 ** 4],
    ['99999999999999999Ti', Number.MAX_SAFE_INTEGER],
  ])('reads %s as %s bytes', (quantity, bytes) => {
    expect(quantityBytes(quantity)).toBe(bytes);
  });

  it.each(['', 'Gi', '1Xi', '-1', '1e3', '1 Gi', '.5'])('finds %s no quantity', (quantity) => {
    expect(quantityBytes(quantity)).toBeUndefined();
  });
});
