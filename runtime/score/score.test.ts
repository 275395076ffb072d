import { afterEach, describe, expect, it } from 'vitest';
import type { BundleStep } from '#crds';
import { bundleOf, scoreOf, stepOf } from '../../test/session/bundles.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { block, ended, fail, stepsOf, write } from '../../test/session/scores.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0]): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

function paths(output: unknown): readonly string[] {
  return [...JSON.stringify(output).matchAll(/"path":"(?:workspace:)?([^":]+)"/g)].map((match) => match[1] ?? '');
}

describe('when', () => {
  it('has a step executed where it is true, and skipped without an output where it is not', async () => {
    const rig = rigOf({
      inputs: { wanted: false },
      steps: [
        write('a', { when: 'inputs.wanted' }),
        write('b', { when: '!has(steps.a.output) && steps.a.status == "skipped"' }),
        write('c', { when: 'false' }),
      ],
    });
    expect(await ended(rig)).toMatchObject({ status: 'succeeded', result: { path: 'workspace:b.md' } });
    expect(await stepsOf(rig)).toEqual([
      'value.recorded a#1/when',
      'step.skipped a#1',
      'value.recorded b#1/when',
      'step.started b#1~1',
      'step.ended b#1~1',
      'value.recorded c#1/when',
      'step.skipped c#1',
    ]);
  });

  it('fails the step where it is neither', async () => {
    const rig = rigOf({ steps: [write('a', { when: '1 + 1' })] });
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'EvaluationFailed' } });
  });
});

describe('until', () => {
  const counting = (condition: string, maxIterations: number): BundleStep =>
    write('a', {
      input: { path: 'a.md', text: '${{ iteration }} after ${{ previous == null ? 0 : previous.bytes }}' },
      until: { condition, maxIterations },
    });

  it('has a step executed again until it holds; each iteration sees the one before', async () => {
    const rig = rigOf({ steps: [counting('iteration == 3 && output.bytes == previous.bytes', 5)] });
    expect(await ended(rig)).toMatchObject({ status: 'succeeded' });
    expect((await stepsOf(rig)).filter((line) => line.startsWith('step.ended'))).toEqual([
      'step.ended a#1~1',
      'step.ended a#2~1',
      'step.ended a#3~1',
    ]);
  });

  it('keeps the artifact of the iteration in which it holds, and evaluates when once for all', async () => {
    const steps = [
      {
        ...counting('iteration == 2', 3),
        when: 'true',
        artifact: { name: 'a', mediaType: 'text/plain', path: 'a.md' },
      },
    ];
    const rig = rigOf({ steps });
    await ended(rig);
    const kept = outline(await rig.records()).filter((line) => /^artifact|when$/.test(line));
    expect(kept).toEqual(['value.recorded a#1/when', 'artifact.written a#2~1']);
  });

  it('fails the step where it never does', async () => {
    const rig = rigOf({ steps: [counting('false', 2)] });
    const message =
      'a#2 until: the condition of the step does not hold; expected false after at most 2 iterations; found false after the last. Raise until.maxIterations, or change the condition or what the step is told to do.';
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'IterationsExhausted', message } });
    expect((await rig.records()).findLast(({ type }) => type === 'step.ended')).toMatchObject({
      path: 'a#2~1',
      body: { status: 'failed' },
    });
  });
});

describe('a Score that a step calls', () => {
  it('sees the input of the step as its inputs, and gives the output of its last step', async () => {
    const inner = scoreOf([write('inner', { input: { path: '${{ inputs.file }}', text: 'x' } })]);
    const rig = rigOf({
      scores: [inner],
      steps: [
        write('a'),
        stepOf({ id: 'outer', score: inner.digest, input: { file: 'by-${{ steps.a.output.bytes }}' } }),
      ],
    });
    expect(await ended(rig)).toMatchObject({ result: { path: 'workspace:by-1' } });
    expect(await stepsOf(rig)).toContain('step.ended outer#1~1/inner#1~1');
  });

  it('sees nothing of the steps around it', async () => {
    const inner = scoreOf([write('inner', { when: 'size(steps) == 0 && !has(inputs.topic)' })]);
    const rig = rigOf({
      inputs: { topic: 'tides' },
      scores: [inner],
      steps: [write('a'), stepOf({ id: 'outer', score: inner.digest })],
    });
    expect(await ended(rig)).toMatchObject({ result: { path: 'workspace:inner.md' } });
  });

  it('counts towards a limit of calls by what its steps call', async () => {
    const inner = scoreOf([write('a')]);
    const outer = scoreOf([stepOf({ id: 'inner', score: inner.digest })]);
    const steps = [stepOf({ id: 'outer', score: outer.digest })];
    const rig = rigOf({ limits: { calls: 1 }, scores: [inner, outer], steps });
    expect(await ended(rig)).toMatchObject({ status: 'succeeded' });
    const over = rigOf({ limits: { calls: 1 }, scores: [inner, outer], steps: [...steps, write('b')] });
    expect(await ended(over)).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    expect(await stepsOf(over)).toContain('step.ended outer#1~1');
  });

  it('counts as a level of calls', async () => {
    const inner = scoreOf([write('inner')]);
    const rig = rigOf({ limits: { depth: 1 }, scores: [inner], steps: [stepOf({ id: 'outer', score: inner.digest })] });
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'DepthExceeded' } });
  });
});

describe('parallel', () => {
  const fan = (parts: Partial<NonNullable<BundleStep['parallel']>> = {}): BundleStep =>
    stepOf({
      id: 'fan',
      parallel: { branches: ['left', 'right'].map((name) => ({ name, block: name })), ...parts },
    });

  it('gives what each branch came to, by name', async () => {
    const rig = rigOf({
      blocks: [block('left', write('l')), block('right', write('r', { when: 'false' }))],
      steps: [fan(), write('z', { input: { path: 'z${{ steps.fan.branches.left.output.bytes }}', text: 'z' } })],
    });
    expect(await ended(rig)).toMatchObject({ result: { path: 'workspace:z1' } });
    const fanned = (await rig.records()).find(({ type, path }) => type === 'step.ended' && path === 'fan#1~1');
    expect(fanned?.body).toMatchObject({
      output: { value: { branches: { left: { status: 'succeeded' }, right: { output: null, status: 'succeeded' } } } },
    });
    expect(await stepsOf(rig)).toContain('step.ended fan#1~1/left/l#1~1');
  });

  it('has each branch write in a folder of its own, in which it sees what was there before', async () => {
    const look = stepOf({ id: 'look', tool: 'files.list', input: { path: 'workspace:', recursive: true } });
    const rig = rigOf({
      blocks: [block('left', write('l'), look), block('right', write('r'), look)],
      steps: [write('before'), fan(), { ...look, id: 'all' }],
    });
    await ended(rig);
    const listed = (await rig.records()).flatMap((record) =>
      record.type === 'call.outcome' && /look|all/.test(record.path) ? [[record.path, paths(record.body.output)]] : [],
    );
    expect(Object.fromEntries(listed)).toEqual({
      'fan#1~1/left/look#1~1': ['before.md', 'l.md'],
      'fan#1~1/right/look#1~1': ['before.md', 'r.md'],
      'all#1~1': ['before.md', 'fan', 'fan/left', 'fan/left/l.md', 'fan/right', 'fan/right/r.md'],
    });
  });

  it('waits for all and fails with the first failure in order', async () => {
    const rig = rigOf({
      blocks: [block('left', write('l'), fail('lost')), block('right', fail('r', { input: { path: '../x' } }))],
      steps: [fan()],
    });
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'FileNotFound' } });
    expect(await stepsOf(rig)).toContain('step.ended fan#1~1/left/lost#1~1');
  });

  it('with failFast cancels the others; what they did is no part of the state', async () => {
    const rig = rigOf({
      blocks: [
        block('left', stepOf({ id: 'slow', role: 'writer', task: 'Wait.' }), write('late')),
        block('right', fail('r')),
      ],
      replies: [{ text: 'Late.', delaySeconds: 100 }],
      steps: [fan({ failFast: true })],
    });
    const { error, stateDigest } = await ended(rig);
    expect(error).toMatchObject({ reason: 'FileNotFound' });
    expect((await rig.records()).findLast(({ path }) => path === 'fan#1~1/left')?.body).toMatchObject({
      status: 'cancelled',
    });
    expect(await stepsOf(rig)).not.toContain('step.started fan#1~1/left/late#1~1');
    const other = rigOf({ ...rig.bundle, inputs: {} });
    expect((await ended(other)).stateDigest).toBe(stateDigest);
  });
});

describe('forEach', () => {
  const each = (parts: Partial<NonNullable<BundleStep['forEach']>> = {}): BundleStep =>
    stepOf({ id: 'each', forEach: { items: 'inputs.names', block: 'one', ...parts } });
  const one = block('one', write('w', { input: { path: '${{ item }}-${{ index }}.md', text: '${{ item }}' } }));

  it('gives a list in the order of the items', async () => {
    const rig = rigOf({ inputs: { names: ['a', 'b', 'c'] }, blocks: [one], steps: [each({ concurrency: 2 })] });
    const { result } = await ended(rig);
    expect(result).toMatchObject([{ bytes: 1 }, { bytes: 1 }, { bytes: 1 }]);
    expect(await stepsOf(rig)).toContain('step.ended each#1~1/[2]/w#1~1');
  });

  it('gives an empty list for one', async () => {
    expect(await ended(rigOf({ inputs: { names: [] }, blocks: [one], steps: [each()] }))).toMatchObject({ result: [] });
  });

  it('keeps at most so many items at work', async () => {
    const rig = rigOf({
      inputs: { names: [...'abcdefgh'] },
      blocks: [block('one', stepOf({ id: 'w', role: 'writer', task: 'Work.' }))],
      steps: [each({ concurrency: 3 })],
      replies: [{ text: 'Done.', delaySeconds: 1 }],
    });
    let [atWork, most] = [0, 0];
    const { provider } = rig;
    rig.provider = {
      ...provider,
      generate: async (request, options) => {
        atWork += 1;
        most = Math.max(most, atWork);
        return provider.generate(request, options).finally(() => (atWork -= 1));
      },
    };
    await ended(rig);
    expect(most).toBe(3);
  });

  it.each([
    ['more items than it may have', { names: ['a', 'b', 'c'] }, 'TooManyItems', 'at most 2; found 3. Raise'],
    ['what is no list', { names: 'abc' }, 'EvaluationFailed', 'expected a list; found "abc". Write'],
    ['what is an object', { names: { a: 1 } }, 'EvaluationFailed', 'expected a list; found an object. Write'],
  ])('fails for %s', async (_what, inputs, reason, says) => {
    const rig = rigOf({ inputs, blocks: [one], steps: [each({ maxItems: 2 })] });
    const { status, error } = await ended(rig);
    expect({ status, reason: error?.reason }).toEqual({ status: 'failed', reason });
    expect(error?.message).toMatch(/^\w+#1 forEach\.items: /);
    expect(error?.message).toContain(says);
  });
});
