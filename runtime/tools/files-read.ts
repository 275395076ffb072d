import { builtinDefaults } from '../semantics/1/builtin-tools.ts';
import type { Perform } from './perform.ts';
import { objectOf, optionalCount, requiredText } from './files-input.ts';

/** `{path, offset?, bytes?}` to `{path, text, offset, bytes, sizeBytes, truncated}`. */
export const readFile: Perform = async (input, { files }) => {
  const fields = objectOf(input);
  const offset = optionalCount(fields, 'offset', 0);
  const bytes = optionalCount(fields, 'bytes', builtinDefaults.readBytes);
  return { ...(await files.read(requiredText(fields, 'path'), { offset, bytes })) };
};
