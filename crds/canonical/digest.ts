import { hash } from 'node:crypto';
import { canonicalJson, type JsonValue } from './json.ts';

/** SHA-256 as Orket writes it everywhere. */
export type Digest = `sha256:${string}`;

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** The digest of a JSON value: of the UTF-8 bytes of its canonical text. Throws `NotCanonical` where it has none. */
export function digestOf(value: JsonValue): Digest {
  return digestOfBytes(canonicalJson(value));
}

/** The digest of bytes; a string stands for its UTF-8 bytes. */
export function digestOfBytes(bytes: Uint8Array | string): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** Whether a text from outside is a digest in our form. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && digestPattern.test(text);
}
