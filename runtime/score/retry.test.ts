import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, OrketError, type BundleTool } from '#crds';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { hostsOf } from '../../test/session/hosted.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { block, ended, fail, stepsOf } from '../../test/session/scores.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0]): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

/** A tool of others that must not be called twice. */
const sending: BundleTool = {
  name: 'desk.send',
  source: { type: 'module', tree: digestOf('desk'), entry: 'desk.js', tool: 'send' },
  risk: 'network',
};

describe('a step that contains others', () => {
  const slow = bundleOf({
    blocks: [block('one', stepOf({ id: 'w', role: 'writer', task: 'Wait.' }))],
    replies: [{ text: 'Late.', delaySeconds: 100 }],
  });
  const each = stepOf({ id: 'each', forEach: { items: '[1, 2]', block: 'one' } });

  it('has a limit of time, and a replay takes from the record that it was reached', async () => {
    const rig = rigOf({ ...slow, steps: [{ ...each, timeoutSeconds: 40, retry: { maxAttempts: 2 } }] });
    let waiting = 0;
    rig.onWait = (ms) => {
      waiting += ms === 100_000 ? 1 : 0;
      if (waiting === 2) rig.passWaits(40_000);
    };
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'TimeLimitReached' } });
    expect(await stepsOf(rig)).toContain('limit.reached each#1~1');
  });

  it('has used of its time what earlier attempts of the Session used', async () => {
    const rig = rigOf({ ...slow, steps: [{ ...each, timeoutSeconds: 40 }] });
    rig.onWait = (ms) => {
      if (ms !== 100_000) return;
      rig.now += 30_000;
      rig.stop.abort();
    };
    await rig.run().catch(() => undefined);
    const waits: number[] = [];
    rig.onWait = (ms) => {
      waits.push(ms);
      if (ms === 100_000) rig.passWaits(40_000);
    };
    expect(await rig.run({ stop: new AbortController().signal })).toMatchObject({
      error: { reason: 'TimeLimitReached' },
    });
    expect(waits).not.toContain(40_000);
  });

  it('is cancelled with its Session', async () => {
    const rig = rigOf({ ...slow, steps: [{ ...each, forEach: { items: '[1, 2]', block: 'one', failFast: true } }] });
    rig.onWait = () => rig.cancel.abort();
    expect(await ended(rig)).toMatchObject({ status: 'cancelled', error: { reason: 'Cancelled' } });
  });

  it('keeps its output as an artifact once it meets its schema', async () => {
    const rig = rigOf({
      blocks: slow.blocks ?? [],
      steps: [{ ...each, artifact: { name: 'all', mediaType: 'application/json' }, outputSchema: { minItems: 2 } }],
    });
    expect(await ended(rig)).toMatchObject({ status: 'succeeded' });
    expect(outline(await rig.records())).toContain('artifact.written each#1~1');
    const strict = rigOf({ ...rig.bundle, steps: [{ ...each, outputSchema: { maxItems: 1 } }] });
    expect(await ended(strict)).toMatchObject({ status: 'failed', error: { reason: 'OutputRefused' } });
  });
});

describe('retry', () => {
  it('has a failed step tried again with fresh children, after a pause', async () => {
    const rig = rigOf({
      blocks: [block('one', fail('r'))],
      steps: [stepOf({ id: 'each', forEach: { items: '[1]', block: 'one' }, retry: { maxAttempts: 3 } })],
    });
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'FileNotFound' } });
    expect((await stepsOf(rig)).filter((line) => !line.includes('/[0]/'))).toEqual([
      'step.started each#1~1',
      'value.recorded each#1/items',
      'call.retried each#1~1',
      'step.started each#1~2',
      'call.retried each#1~2',
      'step.started each#1~3',
      'step.ended each#1~3',
    ]);
    expect(await stepsOf(rig)).toContain('step.ended each#1~3/[0]/r#1~1');
    expect(rig.waitedMs).toBeGreaterThan(500 + 1000);
    expect(rig.waitedMs).toBeLessThan(1000 + 2000 + 1);
  });

  it('has a tool that only reads called again at the path of the next attempt', async () => {
    const rig = rigOf({ steps: [fail('r', { retry: { maxAttempts: 2 } })] });
    await ended(rig);
    expect(outline(await rig.records()).filter((line) => line.startsWith('call'))).toEqual([
      'call.intent r#1~1',
      'call.outcome r#1~1',
      'call.retried r#1~1',
      'call.intent r#1~2',
      'call.outcome r#1~2',
    ]);
  });

  it.each([
    ['a refused path', fail('r', { input: { path: '../x' } })],
    ['an input that was refused', fail('r', { input: {} })],
    ['a denial', fail('r', { tool: 'nobody.here' })],
    ['what a Policy denies', fail('r', { input: { path: 'denied.md' } })],
  ])('is not for %s', async (_what, step) => {
    const rig = rigOf({
      policyRules: [{ match: 'has(call.input.path) && call.input.path == "denied.md"', action: 'deny' }],
      steps: [{ ...step, retry: { maxAttempts: 3 } }],
    });
    expect(await ended(rig)).toMatchObject({ status: 'failed' });
    expect(rig.waitedMs).toBe(0);
  });

  it('of a step does not multiply what a tool declares itself', async () => {
    const [read] = [toolOf('files.read', 'read')].map((tool) => ({ ...tool, retry: { maxAttempts: 2 } }));
    const rig = rigOf({ tools: read === undefined ? [] : [read], steps: [fail('r', { retry: { maxAttempts: 5 } })] });
    await ended(rig);
    expect(outline(await rig.records()).filter((line) => line.startsWith('call.intent'))).toHaveLength(2);
  });

  it.each([
    ['in the step itself', stepOf({ id: 'r', tool: 'desk.send' })],
    ['in a block of the step', stepOf({ id: 'r', forEach: { items: '[1]', block: 'send' } })],
  ])('is not for a tool that may have had an effect, %s', async (_where, step) => {
    let sent = 0;
    const rig = rigOf({
      tools: [sending],
      policyRules: [{ match: 'true', action: 'allow' }],
      blocks: [block('send', stepOf({ id: 's', tool: 'desk.send' }))],
      steps: [{ ...step, retry: { maxAttempts: 3 } }],
    });
    const call = async (): Promise<never> => {
      sent += 1;
      throw new OrketError('ToolFailed', 'no answer');
    };
    expect(await rig.run({ hosts: hostsOf(call) })).toMatchObject({ error: { reason: 'ToolFailed' } });
    expect(sent).toBe(1);
  });
});
