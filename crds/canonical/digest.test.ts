import { describe, expect, it } from 'vitest';
import { digestOf, digestOfBytes, isDigest } from './digest.ts';

describe('digestOf', () => {
  it('is SHA-256 of the canonical text', () => {
    expect(digestOf({ b: [1, 'é'], a: null })).toBe(digestOfBytes('{"a":null,"b":[1,"é"]}'));
  });

  it('takes a string as its UTF-8 bytes', () => {
    expect(digestOfBytes('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digestOfBytes('é')).toBe(digestOfBytes(new Uint8Array([0xc3, 0xa9])));
  });

  it('is told from other texts by its form', () => {
    expect(isDigest(digestOf(1))).toBe(true);
    expect(isDigest('sha256:ABC')).toBe(false);
    expect(isDigest(7)).toBe(false);
  });
});
