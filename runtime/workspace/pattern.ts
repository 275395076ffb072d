import type { RE2JS } from 're2js';
import { OrketError } from '#crds';
import type { FileLimits } from '../semantics/semantics.ts';

/** Something to look for in a line. Linear in the line, whatever the pattern. */
export interface Pattern {
  /** Where the first match begins, -1 for none. */
  find(line: string): number;
  /** How much work one character is. */
  readonly cost: number;
}

const special = /[\\^$.|?*+()[\]{}]/gu;

/**
 * Reads a pattern: RE2 syntax; one without special characters is searched as it stands. Throws InputRefused for one
 * that is empty, too long, does not compile or compiles to too much.
 */
export async function patternOf(source: string, limits: FileLimits): Promise<Pattern> {
  if (source === '') throw refused('a pattern', 'nothing');
  if (source.length > limits.patternLength) {
    throw refused(`at most ${limits.patternLength} characters`, `${source.length}`);
  }
  if (source.search(special) < 0) return { find: (line) => line.indexOf(source), cost: 1 };
  return compiled(source, limits);
}

/**
 * Reads a glob: `*` within a name, `**` across folders, `?` one character, `{a,b}` one of some. Without "/" it is about
 * the name, else about the whole path below the space. Throws InputRefused.
 */
export async function globOf(source: string, limits: FileLimits): Promise<(path: string) => boolean> {
  if (source === '' || source === '*' || source === '**') return () => true;
  if (source.length > limits.patternLength) {
    throw refused(`a glob of at most ${limits.patternLength} characters`, `${source.length}`);
  }
  const expression = await compiled(`^(?:${expressionOf(source)})$`, limits);
  const wholePath = source.includes('/');
  return (path) => expression.find(wholePath ? path : path.slice(path.lastIndexOf('/') + 1)) === 0;
}

const globPart = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/gsu;

function expressionOf(glob: string): string {
  return (glob.match(globPart) ?? []).map((part) => expressionOfPart(part)).join('');
}

function expressionOfPart(part: string): string {
  if (part === '**/') return '(?:.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (!part.startsWith('{') || part === '{') return part.replaceAll(special, '\\$&');
  return `(?:${part.slice(1, -1).split(',').map(expressionOf).join('|')})`;
}

async function compiled(source: string, limits: FileLimits): Promise<Pattern> {
  const expression = await compile(source);
  const cost = expression.programSize();
  if (cost > limits.patternInstructions) {
    throw refused('a pattern with fewer or smaller repetitions', `${cost} instructions`);
  }
  return {
    cost,
    find: (line) => {
      // Whether there is a match is much cheaper to say than where.
      if (!expression.test(line)) return -1;
      const matcher = expression.matcher(line);
      return matcher.find() ? matcher.start() : -1;
    },
  };
}

async function compile(source: string): Promise<RE2JS> {
  // Loaded when first needed: most Sessions never search.
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw refused('a pattern in RE2 syntax', error.message, error);
  }
}

function refused(expected: string, found: string, cause?: unknown): OrketError {
  return new OrketError(
    'InputRefused',
    'the pattern cannot be searched for',
    { at: 'pattern', expected, found },
    cause,
  );
}
