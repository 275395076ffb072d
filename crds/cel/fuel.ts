import { OrketError } from '../errors.ts';

/** What one evaluation may spend, and what costs more or less than a node of the syntax tree. */
export interface FuelTable {
  readonly limit: number;
  /** Scanning and copying text is far cheaper than evaluating a node. */
  readonly charactersPerUnit: number;
  /** To compile one instruction of a pattern, or one character of its source. */
  readonly unitsPerCompiledInstruction: number;
  /** Characters times instructions of a pattern. */
  readonly matchesPerUnit: number;
}

/**
 * For what belongs to no Session: a Session takes the table that it is pinned to. Well under half a second of any
 * expression; measured, an instruction takes about 2 µs to compile, and a character at most 11 ns an instruction to match.
 */
export const defaultFuel: FuelTable = {
  limit: 1_000_000,
  charactersPerUnit: 8,
  unitsPerCompiledInstruction: 32,
  matchesPerUnit: 16,
};

/**
 * A meter that ends an evaluation by counting its work instead of its time, so that every machine ends it at the same
 * place. One unit is a node of the syntax tree, an element of a list or map, or eight characters of text.
 */
export class Fuel {
  readonly table: FuelTable;
  #left: number;

  constructor(table: FuelTable) {
    this.table = table;
    this.#left = table.limit;
  }

  get left(): number {
    return this.#left;
  }

  /** Call before doing the work. Throws `FuelExhausted`. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) {
      throw new OrketError('FuelExhausted', 'the expression does too much work', {
        expected: `at most ${this.table.limit} units`,
        found: 'more',
        remedy: 'Loop over fewer elements, nest fewer loops, or make the texts shorter.',
      });
    }
  }

  /** Call before scanning or building a text of that many UTF-16 units. Throws `FuelExhausted`. */
  spendText(length: number): void {
    this.spend(Math.ceil(length / this.table.charactersPerUnit));
  }

  /** Call before compiling a pattern of that many characters or instructions. Throws `FuelExhausted`. */
  spendCompiling(size: number): void {
    this.spend(size * this.table.unitsPerCompiledInstruction);
  }

  /** Call before matching that many characters with a pattern of that many instructions. Throws `FuelExhausted`. */
  spendMatching(length: number, instructions: number): void {
    this.spend(1 + Math.ceil((length * instructions) / this.table.matchesPerUnit));
  }
}
