import type { BuiltinDefaults } from '../semantics/semantics.ts';
import type { Perform } from './perform.ts';
import { objectOf, optionalCount, optionalSwitch, requiredText } from './files-input.ts';

/** `{path, recursive?, max?}` to `{path, entries: [{path, kind, bytes}], truncated}`. */
export const listFiles =
  (defaults: BuiltinDefaults): Perform =>
  async (input, { files }) => {
    const fields = objectOf(input);
    const path = requiredText(fields, 'path');
    const recursive = optionalSwitch(fields, 'recursive', false);
    const max = optionalCount(fields, 'max', defaults.listEntries);
    const { entries, truncated } = await files.list(path, { recursive, max });
    return { path, entries: entries.map((entry) => ({ ...entry })), truncated };
  };
