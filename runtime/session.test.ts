import { afterEach, describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../test/session/bundles.ts';
import { outline, SessionRig } from '../test/session/rig.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0] = {}): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

const write = { name: 'files.write', arguments: { path: 'a.md', text: 'Hello' } };

describe('runSession', () => {
  it('records every call before it happens and what came of it', async () => {
    const rig = rigOf({ replies: [reply('writer', 1, { toolCalls: [write] }), { text: 'Written.' }] });
    const result = await rig.run();
    expect(result).toMatchObject({
      status: 'succeeded',
      result: { summary: 'Written.', artifacts: ['workspace:a.md'] },
    });
    expect(outline(await rig.records())).toEqual([
      'session.started',
      'attempt.started',
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
  });

  it('gives the result of a Session that has ended again, and does nothing', async () => {
    const rig = rigOf();
    const first = await rig.run();
    const lines = rig.store.lines.length;
    expect(await rig.run()).toEqual(first);
    expect(rig.store.lines).toHaveLength(lines);
  });

  it('gives later steps what earlier ones returned, types kept', async () => {
    const rig = rigOf({
      inputs: { names: ['b', 'a'], deep: { count: 3 } },
      steps: [
        stepOf({
          id: 'one',
          tool: 'files.write',
          input: { path: '${{ inputs.names[1] }}.md', text: 'n=${{ inputs.deep }}' },
        }),
        stepOf({
          id: 'two',
          tool: 'files.read',
          input: { path: '${{ steps.one.output.path }}', bytes: '${{ steps.one.output.bytes }}' },
        }),
      ],
    });
    expect(await rig.run()).toMatchObject({
      status: 'succeeded',
      result: { text: 'n={"count":3}', path: 'workspace:a.md' },
    });
  });

  it.each([
    [
      'whose expression fails',
      stepOf({ tool: 'files.read', input: { path: '${{ inputs.none }}' } }),
      'EvaluationFailed',
    ],
    ['whose tool fails', stepOf({ tool: 'files.read', input: { path: 'none.md' } }), 'FileNotFound'],
    ['whose input is refused', stepOf({ tool: 'files.read', input: {} }), 'InputRefused'],
    [
      'whose output is refused',
      stepOf({ role: 'writer', task: 'x', outputSchema: { required: ['other'] } }),
      'OutputRefused',
    ],
    [
      'whose artifact is missing',
      stepOf({ role: 'writer', artifact: { name: 'a', mediaType: 'a/b', path: 'none.md' } }),
      'FileNotFound',
    ],
    ['that calls nobody', stepOf({ role: 'nobody' }), 'UnknownCallable'],
  ])('ends at a step %s', async (_what, step, reason) => {
    const rig = rigOf({ steps: [step, stepOf({ id: 'never', tool: 'files.list', input: { path: '' } })] });
    const result = await rig.run();
    expect(result).toMatchObject({ status: 'failed', result: null, error: { reason } });
    const records = await rig.records();
    expect(outline(records)).not.toContain('step.started never#1~1');
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('keeps artifacts: a file, text as it is, and everything else as canonical JSON', async () => {
    const rig = rigOf({
      steps: [
        stepOf({
          id: 'file',
          tool: 'files.write',
          input: { path: 'a.md', text: 'ä' },
          artifact: { name: 'a', mediaType: 'text/markdown', path: 'a.md' },
        }),
        stepOf({
          id: 'json',
          tool: 'files.list',
          input: { path: 'workspace:' },
          artifact: { name: 'b', mediaType: 'application/json' },
        }),
      ],
    });
    await rig.run();
    const kept = (await rig.records()).flatMap((record) => (record.type === 'artifact.written' ? [record.body] : []));
    expect(kept).toMatchObject([
      { name: 'a', bytes: 2, content: { text: 'ä' }, origin: 'workspace:a.md' },
      { name: 'b', origin: 'output', content: { text: expect.stringMatching(/^\{"entries":\[\{"bytes":2,/) } },
    ]);
  });

  it('refuses the journal of another bundle', async () => {
    const rig = rigOf();
    rig.store.dieAfter = 3;
    await rig.run().catch(() => undefined);
    const other = rigOf({ inputs: { changed: true } });
    other.store.lines.push(...rig.store.lines);
    await expect(other.run()).rejects.toMatchObject({ reason: 'BundleMismatch' });
  });

  it('never records a secret, nor streams it', async () => {
    const rig = rigOf({
      replies: [
        reply('writer', 1, {
          text: 'sec',
          toolCalls: [{ name: 'files.write', arguments: { path: 'a.md', text: 'the key is s3cr3t-value!' } }],
        }),
        { text: 'It was s3cr3t-value.' },
      ],
    });
    rig.secrets = new Map([['api/key', 's3cr3t-value']]);
    const result = await rig.run();
    expect(result.result).toMatchObject({ summary: 'It was ‹secret:api/key›.' });
    expect(rig.store.lines.join('\n')).not.toContain('s3cr3t');
    const streamed = rig.events.flatMap((event) => (event.type === 'delta' ? [event.text] : [])).join('');
    expect(streamed).toContain('‹secret:api/key›');
    expect(streamed).not.toContain('s3cr3t');
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });
});

describe('ending before the end', () => {
  const slow = { replies: [reply('writer', 1, { toolCalls: [write] }), { text: 'Late.', delaySeconds: 100 }] };

  it('a cancelled Session ends in order, with what was in flight stopped', async () => {
    const rig = rigOf(slow);
    rig.onWait = (ms) => (ms === 100_000 ? rig.cancel.abort() : undefined);
    const result = await rig.run();
    expect(result).toMatchObject({ status: 'cancelled', error: { reason: 'Cancelled' } });
    expect(await rig.run()).toEqual(result);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('a person who cancels is named with their reason, without its secrets, and an attempt that died on it is followed by one that ends', async () => {
    const rig = rigOf(slow);
    rig.secrets = new Map([['api/key', 's3cr3t-value']]);
    rig.onWait = (ms) => (ms === 100_000 ? rig.inbox.control('cancel', 'it uses s3cr3t-value') : undefined);
    const error = {
      reason: 'Cancelled',
      message: 'the Session was cancelled by ada: it uses ‹secret:api/key›',
    };
    expect(await rig.run()).toMatchObject({ status: 'cancelled', error });
    const received = (await rig.records()).findIndex(({ type }) => type === 'input.received');
    rig.store.lines.length = received + 1;
    const result = await rig.run();
    expect(result).toMatchObject({ status: 'cancelled', error });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('a Session cancelled before it began records nothing but that', async () => {
    const rig = rigOf(slow);
    rig.cancel.abort();
    const result = await rig.run();
    expect(result.status).toBe('cancelled');
    expect(outline(await rig.records())).toEqual([
      'session.started',
      'attempt.started',
      'step.started first#1~1',
      'workspace.snapshot first#1~1',
      'step.ended first#1~1',
      'session.ended',
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('a stopped attempt records nothing more, and the next one goes on', async () => {
    const rig = rigOf(slow);
    rig.onWait = (ms) => (ms === 100_000 ? rig.stop.abort() : undefined);
    await expect(rig.run()).rejects.toMatchObject({ reason: 'AttemptStopped' });
    expect(outline(await rig.records()).at(-1)).toBe('model.request first#1~1/t2~1');
    rig.onWait = () => setImmediate(() => rig.passWaits(100_000));
    expect(await rig.run({ stop: new AbortController().signal })).toMatchObject({ status: 'succeeded' });
  });

  it('waits for what an earlier attempt that is not proven dead may still do', async () => {
    for (const previousIsDead of [true, false]) {
      const rig = rigOf();
      rig.store.previousIsDead = previousIsDead;
      rig.store.dieAfter = 5;
      await rig.run().catch(() => undefined);
      rig.store.dieAfter = Number.POSITIVE_INFINITY;
      expect(await rig.run()).toMatchObject({ status: 'succeeded' });
      // Five seconds in which it could have begun, and the ten of its lease, less what has passed.
      if (previousIsDead) expect(rig.waitedMs).toBe(0);
      else expect(rig.waitedMs).toBeGreaterThan(14_900);
    }
  });

  it('begins nothing on an intent that has grown too old, and makes another', async () => {
    const rig = rigOf();
    const { store } = rig;
    const append = store.append.bind(store);
    store.append = async (lines, options) => {
      if (lines.some((line) => line.includes('"type":"model.request"')) && store.lines.length === 4) rig.now += 6_000;
      return append(lines, options);
    };
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(outline(await rig.records()).slice(4, 8)).toEqual([
      'model.request first#1~1/t1~1',
      'call.withdrawn first#1~1/t1~1',
      'model.request first#1~1/t1~2',
      'model.response first#1~1/t1~2',
    ]);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('throws the files away that no recorded outcome speaks of', async () => {
    const rig = rigOf({ replies: [reply('writer', 1, { toolCalls: [write] }), { text: 'Written.' }] });
    rig.store.dieAfter = 7;
    await rig.run().catch(() => undefined);
    const left = await rig.tree();
    rig.store.dieAfter = 8;
    await rig.run().catch(() => undefined);
    expect(await rig.tree()).not.toBe(left);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(await rig.tree()).toBe(left);
  });

  it('goes no further once the journal takes nothing more', async () => {
    const rig = rigOf({
      tools: [toolOf('files.read', 'read')],
      roles: [roleOf({ tools: ['files.read'] })],
      replies: [{ toolCalls: Array.from({ length: 5 }, () => ({ name: 'files.read', arguments: { path: 'a.md' } })) }],
    });
    rig.store.dieAfter = 8;
    await expect(rig.run()).rejects.toBeInstanceOf(OrketError);
    expect(rig.store.lines).toHaveLength(8);
  });
});
