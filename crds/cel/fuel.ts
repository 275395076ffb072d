import { OrketError } from '../errors.ts';

/** What one evaluation may spend unless told otherwise: well under half a second of any expression. */
export const DEFAULT_FUEL = 1_000_000;

/** Characters that cost one unit: scanning and copying text is far cheaper than evaluating a node. */
const TEXT_PER_UNIT = 8;

/**
 * A meter that ends an evaluation by counting its work instead of its time, so that every machine ends it at the same
 * place. One unit is a node of the syntax tree, an element of a list or map, or eight characters of text.
 */
export class Fuel {
  readonly limit: number;
  #left: number;

  constructor(limit: number = DEFAULT_FUEL) {
    this.limit = limit;
    this.#left = limit;
  }

  get left(): number {
    return this.#left;
  }

  /** Call before doing the work. Throws `FuelExhausted`. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) {
      throw new OrketError('FuelExhausted', 'the expression does too much work', {
        expected: `at most ${this.limit} units`,
        found: 'more',
        remedy: 'Loop over fewer elements, nest fewer loops, or make the texts shorter.',
      });
    }
  }

  /** Call before scanning or building a text of that many UTF-16 units. Throws `FuelExhausted`. */
  spendText(length: number): void {
    this.spend(Math.ceil(length / TEXT_PER_UNIT));
  }
}
