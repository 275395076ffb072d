import { RE2JS } from 're2js';
import { fault, shown } from './fault.ts';
import type { Fuel } from './fuel.ts';

/** A pattern longer than this, or whose program is larger, is refused: `(a{1000}){1000}` is short to write. */
const MAX_PATTERN = 1_000;
const MAX_PROGRAM = 5_000;

/** A regular expression of RE2: no back references, and time in proportion to text and pattern. */
export class Pattern {
  readonly #program: RE2JS;
  readonly #size: number;

  /** Throws `EvaluationFailed` for what is not RE2 or over the bounds. */
  constructor(source: string) {
    if (source.length > MAX_PATTERN) {
      throw fault('the pattern is too long', {
        expected: `at most ${MAX_PATTERN} characters`,
        found: String(source.length),
      });
    }
    this.#program = compile(source);
    this.#size = this.#program.programSize();
    if (this.#size > MAX_PROGRAM) {
      throw fault('the pattern repeats too much', { expected: `at most ${MAX_PROGRAM} instructions`, found: 'more' });
    }
  }

  /** A pattern known only while evaluating; compiling it is paid for. */
  static compiled(source: string, fuel: Fuel): Pattern {
    fuel.spendCompiling(Math.min(source.length, MAX_PATTERN));
    const pattern = new Pattern(source);
    fuel.spendCompiling(pattern.#size);
    return pattern;
  }

  /** Whether the pattern occurs anywhere in the text. */
  test(text: string, fuel: Fuel): boolean {
    this.#pay(text.length, fuel);
    return this.#program.test(text);
  }

  /** The first `limit` pieces of the text that match, from left to right. */
  find(text: string, limit: number, fuel: Fuel): readonly string[] {
    this.#pay(text.length, fuel);
    const found: string[] = [];
    const matcher = this.#program.matcher(text);
    while (found.length < limit && matcher.find()) {
      // The next search may look at all that is left before it gives up.
      this.#pay(text.length - matcher.end(), fuel);
      found.push(matcher.group() ?? '');
    }
    return found;
  }

  #pay(length: number, fuel: Fuel): void {
    fuel.spendMatching(length, this.#size);
  }
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw fault('the pattern is no regular expression of RE2', {
      found: shown(source),
      remedy: error instanceof Error ? `RE2 says: ${error.message}.` : '',
    });
  }
}
