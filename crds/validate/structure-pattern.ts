import { matches } from './pattern.ts';

/** Texts beyond this break the `maxLength` that stands beside every pattern, which says enough. */
const MAX_MATCHED_LENGTH = 4_096;

/** ajv tells patterns apart by their text form. */
export function re2(pattern: string): { test(text: string): boolean; toString(): string } {
  const test = (text: string): boolean => text.length > MAX_MATCHED_LENGTH || matches(pattern, text);
  return { test, toString: () => pattern };
}
