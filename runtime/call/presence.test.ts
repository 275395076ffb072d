import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { activeMs } from './active-time.ts';
import { Presence } from './presence.ts';

describe('presence', () => {
  it('stands still where all below a path waits for people, and not while something is at work there', () => {
    let now = 0;
    const presence = new Presence(() => now);
    const role = presence.stopwatch('a#1~1');
    const other = presence.stopwatch('b#1~1');
    const stopGate = presence.enter('a#1~1/t1~1/c2~1');
    void presence.waiting('a#1~1/t1~1/c1~1/g1', () => new Promise(() => {}));
    now = 10;
    expect([role.stoppedMs(), presence.allWait]).toEqual([0, false]);
    stopGate();
    now = 25;
    expect([role.stoppedMs(), other.stoppedMs(), presence.allWait]).toEqual([15, 0, true]);
  });

  it('does not count who has the gate below itself as at work', () => {
    let now = 0;
    const presence = new Presence(() => now);
    const tool = presence.stopwatch('a#1~1/t1~1/c1~1');
    presence.enter('a#1~1/t1~1/c1~1');
    void presence.waiting('a#1~1/t1~1/c1~1/k1~1/g1', () => new Promise(() => {}));
    now = 7;
    expect(tool.stoppedMs()).toBe(7);
    // But its process may not go: what it has done so far is in its memory.
    expect(presence.allWait).toBe(false);
  });
});

let rig: SessionRig | null = null;
afterEach(() => {
  rig?.dispose();
  rig = null;
});

describe('active time', () => {
  it('is not spent at a gate, neither while it is waited for nor when it is counted afterwards', async () => {
    const made = new SessionRig(
      bundleOf({
        limits: { activeSeconds: 50 },
        roles: [roleOf({ timeoutSeconds: 40 })],
        policyRules: [{ match: 'call.name == "files.write"', action: 'approve' }],
        steps: [stepOf({ role: 'writer', task: 'Write.', timeoutSeconds: 40 })],
        replies: [
          reply('writer', 1, { toolCalls: [{ name: 'files.write', arguments: { path: 'a.md', text: 'one' } }] }),
          { text: 'Done.' },
        ],
      }),
    );
    rig = made;
    made.onWait = (ms) => {
      if (ms !== 3_600_000) return;
      made.onWait = () => {};
      made.now += 1_000_000;
      void made.gates().then(([open]) => {
        if (open === undefined) return;
        const { gate, gateDigest } = open;
        made.inbox.decide({ gate, gateDigest, verdict: 'approve' });
      });
    };
    const ended = await made.run({ parkAfterMs: 3_600_000 });
    expect(ended.status).toBe('succeeded');
    expect(activeMs(await made.records(), 1)).toBeLessThan(1_000);
    expect(await made.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});
