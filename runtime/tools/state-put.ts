import type { Perform } from './perform.ts';
import { objectOf, optionalCount, requiredText } from './files-input.ts';

/** `{key, value, version?}` to `{version}`. */
export const putState: Perform = async (input, { state }) => {
  const fields = objectOf(input);
  const version = optionalCount(fields, 'version', 0);
  return { version: await state.put(requiredText(fields, 'key'), fields['value'] ?? null, version) };
};
