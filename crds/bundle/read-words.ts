import { isDigest, type Digest } from '../canonical/digest.ts';
import { integer, mismatch, number, object, text, type Reader } from './reader.ts';

/** A name as Kubernetes has it: of a role, a step, a block, a back end. */
export const label = text(63, /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/);
export const toolName = text(63, /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\.[A-Za-z0-9_-]+$/);
export const seconds = integer(0, 604_800);
export const expression = text(4_096);
export const decimal = text(11, /^[0-9]{1,4}(?:[.][0-9]{1,6})?$/);

export const digest: Reader<Digest> = (value, at) => {
  if (isDigest(value)) return value;
  throw mismatch(at, 'sha256: and 64 lower-case hexadecimal digits', typeof value);
};

/** A path below a folder that leads nowhere else. */
export const relativePath: Reader<string> = (value, at) => {
  const path = text(1_024)(value, at);
  const wrong = path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!wrong && !/[\\:\u0000-\u001f\u007f]/.test(path)) return path;
  throw mismatch(at, 'a relative path without empty parts, "." and ".."', JSON.stringify(path.slice(0, 80)));
};

export const params = object(
  {},
  { temperature: number(0, 2), seed: integer(0, 2 ** 31), maxTokens: integer(1, 1_000_000) },
);

export const retry = object(
  { maxAttempts: integer(1, 20) },
  { initialSeconds: integer(0, 3_600), factor: number(1, 10), maxSeconds: integer(0, 3_600) },
);
