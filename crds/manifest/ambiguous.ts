import type { Document } from 'yaml';
import type { Problem } from '../problem.ts';
import { positionAt } from './locate.ts';
import { resolvePlain } from './scalar.ts';
import { isMap, isScalar, isSeq } from './syntax.ts';

/** Words that YAML 1.1 takes for true and false, and most people for words. */
const words = /^(?:y|yes|n|no|on|off)$/i;

const MAX_WARNINGS = 20;

/**
 * Keys of maps and items of lists that are such a word without quotes: no key and hardly an item is meant as true or
 * false. As values of fields they may be.
 */
export function ambiguousWords(file: string, text: string, document: Document.Parsed): readonly Problem[] {
  const found: Problem[] = [];
  const judge = (node: unknown, what: 'key' | 'word'): void => {
    if (found.length >= MAX_WARNINGS || !isScalar(node) || node.type !== 'PLAIN' || node.tag !== undefined) return;
    const word = String(node.value);
    const read = words.test(word) ? resolvePlain(word) : undefined;
    if (read === undefined || !('value' in read) || typeof read.value !== 'boolean') return;
    found.push(ambiguous(file, positionAt(text, node.range?.[0] ?? 0), word, what, read.value));
  };
  const walk = (node: unknown): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        judge(key, 'key');
        walk(key);
        walk(value);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) {
        judge(item, 'word');
        walk(item);
      }
    }
  };
  walk(document.contents);
  return found;
}

function ambiguous(
  file: string,
  position: { readonly line: number; readonly column: number },
  word: string,
  what: 'key' | 'word',
  read: boolean,
): Problem {
  return {
    stage: 'decode',
    reason: 'AmbiguousWord',
    file,
    ...position,
    path: '',
    message: `YAML 1.1 reads this ${what} as ${what === 'key' ? `"${read}"` : read}`,
    expected: `"${word}", or ${read}`,
    found: word,
    remedy: `Put it in quotes: "${word}".`,
  };
}
