import fc from 'fast-check';
import { describe, it } from 'vitest';
import { surviveEveryKill } from '../session/kills.ts';
import { assertInLanes } from '../session/lanes.ts';
import { randomBundle } from '../session/random-bundle.ts';
import { randomRuled } from '../session/random-ruled.ts';

/** How many random Sessions are killed after each of their records, and a third as many of the longer ones. */
const sessions = Number(process.env['ORKET_SESSIONS'] ?? 10);

describe('Sessions of all kinds', () => {
  it('end as if nothing had been, after whichever record they are killed', async () => {
    const property = fc.asyncProperty(randomBundle, (bundle) => surviveEveryKill(bundle));
    await assertInLanes(property, sessions, 2_026);
  }, 600_000);

  it('end so with steps in steps, side by side, repeated and tried again, under rules and a limit that is split', async () => {
    const property = fc.asyncProperty(randomRuled, (bundle) => surviveEveryKill(bundle));
    await assertInLanes(property, Math.ceil(sessions / 3), 2_026);
  }, 600_000);
});
