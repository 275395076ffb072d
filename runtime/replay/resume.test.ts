import fc from 'fast-check';
import { describe, it } from 'vitest';
import { surviveKills } from '../../test/session/kills.ts';
import { randomBundle } from '../../test/session/random-bundle.ts';

describe('a Session that was killed', () => {
  it('comes to the same state and the same files, wherever it was killed', async () => {
    await fc.assert(
      fc.asyncProperty(randomBundle, (bundle) => surviveKills(bundle, 7)),
      { numRuns: 2, seed: 11 },
    );
  });
});
