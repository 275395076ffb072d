import { createHash } from 'node:crypto';
import { stablePath } from '../../call/path.ts';

/** The `number`th draw at a path: at least 0, below 1, the same in every attempt of a Session. */
export function random(seed: string, path: string, number: number): number {
  return drawn('random', seed, path, number);
}

/** A UUID of version 8 (RFC 9562): made of the seed, the path and a number. */
export function uuid(seed: string, path: string, number: number): string {
  const bytes = bytesOf('uuid', seed, path, number).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A number as `random` gives it, of draws for one purpose: none of them is one of another's. */
export function drawn(purpose: string, seed: string, path: string, number: number): number {
  return bytesOf(purpose, seed, path, number).readUIntBE(0, 6) / 2 ** 48;
}

function bytesOf(purpose: string, seed: string, path: string, number: number): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([purpose, seed, stablePath(path), number]))
    .digest();
}
