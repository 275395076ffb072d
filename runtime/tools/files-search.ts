import { builtinDefaults } from '../semantics/1/builtin-tools.ts';
import type { Perform } from './perform.ts';
import { objectOf, optionalCount, optionalText, requiredText } from './files-input.ts';

/** `{path, pattern, glob?, max?}` to `{matches: [{path, line, text}], truncated}`. */
export const searchFiles: Perform = async (input, { files }) => {
  const fields = objectOf(input);
  const max = optionalCount(fields, 'max', builtinDefaults.searchMatches);
  const glob = optionalText(fields, 'glob', builtinDefaults.glob);
  const path = requiredText(fields, 'path');
  const { matches, truncated } = await files.search(path, requiredText(fields, 'pattern'), { max, glob });
  return { matches: matches.map((match) => ({ ...match })), truncated };
};
