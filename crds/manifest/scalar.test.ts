import { describe, expect, it } from 'vitest';
import { keyText, resolvePlain } from './scalar.ts';

describe('resolvePlain', () => {
  it.each([
    ['y', true],
    ['On', true],
    ['NO', false],
    ['nO', 'nO'],
    ['off', false],
    ['yep', 'yep'],
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['0777', 511],
    ['010', 8],
    ['08', 8],
    ['0o17', 15],
    ['0b11', 3],
    ['-0b11', -3],
    ['0x1F', 31],
    ['-0x10', -16],
    ['1_000', 1000],
    ['+5', 5],
    ['1e3', 1000],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['-0.0', 0],
    ['00', 0],
    ['1:30', '1:30'],
    ['2026-01-01', '2026-01-01'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['1.2.3', '1.2.3'],
    ['1e', '1e'],
    ['-', '-'],
    ['._5', '._5'],
    ['inf', 'inf'],
    ['_1', '_1'],
    ['.5_0', 0.5],
    ['1e400', '1e400'],
    ['0x', '0x'],
    ['09.5', 9.5],
  ])('reads %s as the API server does', (text, value) => {
    expect(resolvePlain(text)).toMatchObject({ value });
  });

  it.each(['.inf', '-.INF', '.NaN', '9007199254740993', '1e21', '0xffffffffffffffff'])('finds %s unsafe', (text) => {
    expect(resolvePlain(text)).toEqual({ kind: 'unsafe' });
  });
});

describe('keyText', () => {
  it.each([
    ['true', 'true'],
    ['on', 'true'],
    ['0x10', '16'],
    ['1000000', '1000000'],
    ['1e6', '1e+06'],
    ['1.5', '1.5'],
    ['0.000015', '1.5e-05'],
    ['10000000.5', '1e+07'],
    ['123456789.123', '1.2345679e+08'],
    ['-0.0', '-0'],
    ['08', '8'],
    ['a', 'a'],
    ['~', undefined],
    ['.inf', undefined],
  ])('makes %s the key %s', (text, key) => {
    expect(keyText(text)).toBe(key);
  });
});
