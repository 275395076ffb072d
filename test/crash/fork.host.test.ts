import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenCases } from '../session/golden-cases.ts';
import { begunFork, forked, pathsOf, sameFork } from '../session/forks.ts';
import { governed } from '../session/governed-case.ts';
import { assertInLanes } from '../session/lanes.ts';
import { randomBundle } from '../session/random-bundle.ts';
import { randomScore } from '../session/random-score.ts';
import { governedBundle, randomConductor, randomWishes } from '../session/random-wishes.ts';
import { SessionRig } from '../session/rig.ts';
import { wish } from '../session/say.ts';
import { killedAfter, toEnd } from '../session/wished.ts';

describe('a fork without a change', () => {
  const cases = goldenCases.filter(({ name }) => !['cancelled', 'timed-out', 'broken-off', 'governed'].includes(name));

  it.each(cases)('of $name, at every path, comes to the state of its parent and replays to it', async (golden) => {
    const parent = new SessionRig(golden.bundle);
    try {
      await (golden.drive?.(parent) ?? parent.run());
      const { stateDigest } = await parent.run();
      for (const at of await pathsOf(parent)) await sameFork(parent, at, stateDigest);
    } finally {
      parent.dispose();
    }
  });

  it('of any Session, at any path, does so', async () => {
    let forks = 0;
    const property = fc.asyncProperty(fc.oneof(randomBundle, randomScore()), fc.nat(), async (bundle, which) => {
      const parent = new SessionRig(bundle);
      try {
        const { stateDigest } = await parent.run();
        const paths = await pathsOf(parent);
        const at = paths[which % paths.length];
        if (at === undefined) return;
        await sameFork(parent, at, stateDigest);
        forks += 1;
      } finally {
        parent.dispose();
      }
    });
    await assertInLanes(property, 200, 3);
    expect(forks).toBeGreaterThan(150);
  });
});

describe('a fork of a Session in which people and rules had their say', () => {
  it('asks them again from its path on, takes over what they decided before, and replays to where that leads', async () => {
    const parent = new SessionRig(governed.bundle);
    try {
      await governed.drive(parent);
      const { stateDigest } = await parent.run();
      const seen = new Map<string, { readonly asked: number; readonly same: boolean }>();
      for (const at of await pathsOf(parent)) {
        const { rig, result } = await forked(parent, at);
        expect(await rig.replay(), at).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
        const asked = (await rig.records()).filter(({ type }) => type === 'gate.opened').length;
        seen.set(at, { asked, same: result.stateDigest === stateDigest });
        rig.dispose();
      }
      // Nobody edits or skips again: only what was taken over of that is still so.
      expect(seen.get('write#1')).toEqual({ asked: 4, same: false });
      expect(seen.get('write#1/t1/c2')).toEqual({ asked: 3, same: false });
      expect(seen.get('sure#1')).toEqual({ asked: 2, same: false });
      expect(seen.get('edit#1')).toEqual({ asked: 0, same: true });
      expect(seen.get('edit#1/t1')).toEqual({ asked: 0, same: true });
    } finally {
      parent.dispose();
    }
  });

  it('of any rules and wishes, at any path, replays to where it leads, and without wishes to where its parent did', async () => {
    let [forks, same] = [0, 0];
    const property = fc.asyncProperty(randomConductor, randomWishes, fc.nat(), async (conductor, wishes, which) => {
      const parent = new SessionRig(governedBundle(conductor));
      try {
        for (const [index, { records, adjust }] of wishes.entries()) {
          await killedAfter(parent, records);
          if ((await parent.records()).at(-1)?.type !== 'session.ended') await wish(parent, `w-${index}`, adjust);
        }
        const { stateDigest } = await toEnd(parent);
        const paths = await pathsOf(parent);
        const at = paths[which % paths.length] ?? '';
        const rig = new SessionRig(parent.bundle);
        try {
          await begunFork(parent, at, rig);
          const result = await toEnd(rig);
          expect(await rig.replay(), at).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
          forks += 1;
          if (result.stateDigest === stateDigest) same += 1;
          else expect(wishes.length, at).toBeGreaterThan(0);
        } finally {
          rig.dispose();
        }
      } finally {
        parent.dispose();
      }
    });
    await assertInLanes(property, 150, 11);
    expect(forks).toBeGreaterThanOrEqual(150);
    expect(same).toBeGreaterThan(50);
  });
});
