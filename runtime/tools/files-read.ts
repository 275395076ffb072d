import type { BuiltinDefaults } from '../semantics/semantics.ts';
import type { Perform } from './perform.ts';
import { objectOf, optionalCount, requiredText } from './files-input.ts';

/** `{path, offset?, bytes?}` to `{path, text, offset, bytes, sizeBytes, truncated}`. */
export const readFile =
  (defaults: BuiltinDefaults): Perform =>
  async (input, { files }) => {
    const fields = objectOf(input);
    const offset = optionalCount(fields, 'offset', 0);
    const bytes = optionalCount(fields, 'bytes', defaults.readBytes);
    return { ...(await files.read(requiredText(fields, 'path'), { offset, bytes })) };
  };
