import type { JsonValue } from '../canonical/json.ts';
import type { Problem } from '../problem.ts';
import type { Locate, Written } from './place.ts';

/** One object of a manifest file, decoded as the API server would. */
export interface ManifestDocument {
  readonly file: string;
  readonly value: JsonValue;
  readonly locate: Locate;
  /** Of YAML. */
  readonly written?: Written;
  /** What is not wrong and hardly meant. */
  readonly warnings: readonly Problem[];
}
