import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../test/session/bundles.ts';
import { outline, SessionRig } from '../test/session/rig.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0] = {}): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

describe('runSession', () => {
  it('records every call before it happens and what came of it', async () => {
    const rig = rigOf({
      replies: [
        reply('writer', 1, { toolCalls: [{ name: 'files.write', arguments: { path: 'a.md', text: 'Hello' } }] }),
        { text: 'Written.' },
      ],
    });
    const result = await rig.run();
    expect(result).toMatchObject({
      status: 'succeeded',
      result: { summary: 'Written.', artifacts: ['workspace:a.md'] },
    });
    expect(outline(await rig.records())).toEqual([
      'session.started',
      'step.started first#1~1',
      'call.intent first#1~1',
      'model.request first#1~1/t1~1',
      'model.response first#1~1/t1~1',
      'call.intent first#1~1/t1~1/c1~1',
      'file.access first#1~1/t1~1/c1~1',
      'call.outcome first#1~1/t1~1/c1~1',
      'model.request first#1~1/t2~1',
      'model.response first#1~1/t2~1',
      'call.outcome first#1~1',
      'workspace.snapshot first#1~1',
      'step.ended first#1~1',
      'session.ended',
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('gives the result of a Session that has ended again, and does nothing', async () => {
    const rig = rigOf();
    const first = await rig.run();
    const lines = rig.store.lines.length;
    expect(await rig.run()).toEqual(first);
    expect(rig.store.lines).toHaveLength(lines);
  });
});
