import fc from 'fast-check';
import { describe, it } from 'vitest';
import { randomConductor, randomWishes } from '../../test/session/random-wishes.ts';
import { sameWhateverIsWished } from '../../test/session/wished.ts';

describe('whatever people and rules do, and wherever the process is killed', () => {
  it('a replay comes to the same state, and an end that was lost is found again', async () => {
    const property = fc.asyncProperty(randomConductor, randomWishes, fc.nat({ max: 30 }), sameWhateverIsWished);
    await fc.assert(property, { numRuns: 6 });
  });
});
