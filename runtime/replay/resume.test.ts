import fc from 'fast-check';
import { describe, it } from 'vitest';
import { surviveEveryKill } from '../../test/session/kills.ts';
import { randomBundle } from '../../test/session/random-bundle.ts';

describe('a Session that was killed', () => {
  it('comes to the same state and the same files, after whichever record it was killed', async () => {
    await fc.assert(fc.asyncProperty(randomBundle, surviveEveryKill), { numRuns: 3, seed: 11 });
  });
});
