import type { Perform } from './perform.ts';
import { objectOf, requiredText } from './files-input.ts';

/** `{path, text}` to `{path, bytes, digest}`. */
export const writeFile: Perform = async (input, { files }) => {
  const fields = objectOf(input);
  return { ...(await files.write(requiredText(fields, 'path'), requiredText(fields, 'text'))) };
};
