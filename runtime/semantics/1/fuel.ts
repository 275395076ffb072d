import type { FuelTable } from '#crds';

/** What one evaluation of an expression may spend, and what its work costs: where it ends is a verdict. */
export const fuel: FuelTable = {
  limit: 1_000_000,
  charactersPerUnit: 8,
  unitsPerCompiledInstruction: 32,
  matchesPerUnit: 16,
};
