import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '#crds';
import { Attempts, type Announcement } from './attempts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orket-attempts-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const uid = '11111111-2222-4333-8444-555555555555';

function announcement(attempt: number, previousIsDead: boolean): Announcement {
  return { uid, namespace: 'team', session: 'hello-x', attempt, bundle: digestOf({}), launch: {}, previousIsDead };
}

describe('the attempts that were announced', () => {
  it('are taken for dead only where all of them are known to be, also by a gateway that has started anew', () => {
    const known = [true, true, false, true].map((previousIsDead, index) => {
      const attempts = new Attempts(dir);
      attempts.announce(announcement(index + 1, previousIsDead));
      return new Attempts(dir).current(uid).previousIsDead;
    });
    expect(known).toEqual([true, true, false, false]);
  });
});
