import type { Problem } from '../problem.ts';
import { resolvePlain } from './scalar.ts';

/**
 * A problem with a value that is no text, where YAML 1.1 made it one of a word that was most likely meant as a text: `no`,
 * `y`, `010`. Told with the word as it is written, and what to do.
 */
export function asWritten<T extends Pick<Problem, 'expected' | 'found' | 'remedy'>>(
  problem: T,
  word: string | undefined,
): T {
  if (word === undefined || !/\btext\b|\bstring\b|^one of /.test(problem.expected)) return problem;
  const resolved = resolvePlain(word);
  if (resolved.kind === 'unsafe' || typeof resolved.value === 'string') return problem;
  const read = String(resolved.value);
  if (problem.found !== read) return problem;
  const found = word === read ? read : `${word}, which YAML 1.1 reads as ${read}`;
  return { ...problem, found, remedy: `Put it in quotes: "${word}".` };
}
