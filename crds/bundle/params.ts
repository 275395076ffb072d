import type { ModelParams } from '../generated/resources.ts';
import { withoutDefaults } from './v1.ts';

/** As a bundle holds them: those that are known to its version. */
export function pickParams({ temperature, seed, maxTokens }: ModelParams): ModelParams {
  return withoutDefaults({ temperature, seed, maxTokens });
}
