import { compileExpression, OrketError, parseJson, readRules, type BundleRule } from '#crds';
import { readFileSync, statSync } from 'node:fs';
import { isCode } from '../journal/file-ops.ts';

/** As many rules as a bundle may have fit many times over. */
const largestFile = 4 * 1024 * 1024;

/**
 * Gives the rules of Policies as they are now, from a file that whoever started this process keeps up to date by
 * replacing it; none where there is no such file. Throws at once where the file cannot be used. One that is replaced by
 * such later changes nothing: what was read before still counts.
 */
export function openLiveRules(file: string): () => readonly BundleRule[] {
  let seen = markOf(file);
  let rules = read(file);
  return () => {
    const mark = markOf(file);
    if (mark === seen) return rules;
    seen = mark;
    try {
      rules = read(file);
    } catch (error) {
      if (!(error instanceof OrketError)) throw error;
    }
    return rules;
  };
}

/** What is otherwise once a file was replaced. */
function markOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.mtimeNs} ${found.size}`;
}

function read(file: string): readonly BundleRule[] {
  const text = textOf(file);
  if (text === null) return [];
  const rules = readRules(parseJson(text));
  for (const { match } of rules) compileExpression(match);
  return rules;
}

function textOf(file: string): string | null {
  try {
    const { size } = statSync(file);
    if (size <= largestFile) return readFileSync(file, 'utf8');
    const expected = `at most ${largestFile} bytes`;
    throw new OrketError('InvalidManifest', 'these are no rules', { at: file, expected, found: `${size} bytes` });
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}
