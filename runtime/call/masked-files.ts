import type { Mask } from '../secrets/mask.ts';
import type { CallFiles } from '../workspace/workspace.ts';

/** The files of a call whose texts and paths are masked before they become part of the record. */
export function maskedFiles(files: CallFiles, mask: Mask): CallFiles {
  if (mask.empty) return files;
  return {
    ...files,
    read: (path, limit) => files.read(mask.text(path), limit),
    list: (path, options) => files.list(mask.text(path), options),
    search: (path, pattern, options) => files.search(mask.text(path), pattern, options),
    write: (path, text) => files.write(mask.text(path), mask.text(text)),
  };
}
