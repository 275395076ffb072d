import type { BuiltinDefaults } from '../semantics/semantics.ts';
import type { Perform } from './perform.ts';
import { objectOf, optionalCount, optionalText, requiredText } from './files-input.ts';

/** `{path, pattern, glob?, max?}` to `{matches: [{path, line, text}], truncated}`. */
export const searchFiles =
  (defaults: BuiltinDefaults): Perform =>
  async (input, { files }) => {
    const fields = objectOf(input);
    const max = optionalCount(fields, 'max', defaults.searchMatches);
    const glob = optionalText(fields, 'glob', defaults.glob);
    const path = requiredText(fields, 'path');
    const { matches, truncated } = await files.search(path, requiredText(fields, 'pattern'), { max, glob });
    return { matches: matches.map((match) => ({ ...match })), truncated };
  };
