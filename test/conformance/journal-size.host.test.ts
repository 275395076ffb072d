import { describe, expect, it } from 'vitest';
import { journalAgainstPayload } from '../session/payload.ts';

describe('the size of a journal', () => {
  it.each([
    ['a few turns of 16 KiB', 3, 16 * 1024],
    ['files that go to the pack', 3, 100_000],
    ['a hundred turns of 4 KiB', 100, 4 * 1024],
  ])('stays within two and a half times what was said: %s', async (_what, turns, bytes) => {
    expect(await journalAgainstPayload(turns, bytes)).toBeLessThan(2.5);
  });
});
