import type { Perform } from './perform.ts';
import { objectOf, requiredText } from './files-input.ts';

/** `{key}` to `{value, version}`. */
export const getState: Perform = async (input, { state }) => {
  const { value, version } = await state.get(requiredText(objectOf(input), 'key'));
  return { value, version };
};
