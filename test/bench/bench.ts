import type { Row } from './table.ts';

/** How much is measured: all that a figure needs, or just enough to see that the measuring works. */
export interface Scale {
  readonly pick: (full: number, tiny: number) => number;
  /** Progress, for people. */
  readonly say: (text: string) => void;
}

/** Something that is measured. Each is one file, and one table of the output. */
export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly notes: readonly string[];
  /** Whether it runs the bundles that users get, so that they have to be built before. */
  readonly needsBundles: boolean;
  readonly measure: (scale: Scale) => Promise<readonly Row[]>;
}

/** Something that takes so many durable steps, one after another, and says how many ms that took. */
export interface Stepper {
  readonly name: string;
  run(steps: number): Promise<number>;
  close(): Promise<void>;
}
