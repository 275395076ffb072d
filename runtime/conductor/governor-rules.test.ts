import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BundleConductorRule } from '#crds';
import { reply, roleOf } from '../../test/session/bundles.ts';
import { adjustments, auto, echo, Rigs, runAndReplay, twoSteps } from '../../test/session/governed.ts';
import { governedBundle } from '../../test/session/random-wishes.ts';
import { control, wish } from '../../test/session/say.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

describe('a rule', () => {
  it('skips the step before which it holds', async () => {
    const rig = rigs.of(
      auto({ name: 'no-two', phase: 'before', when: 'step.id == "two"', adjust: { op: 'skip', reason: 'enough' } }),
    );
    const { result } = await runAndReplay(rig);
    expect(result).toMatchObject({ summary: expect.stringContaining('One.') });
    expect(await adjustments(rig)).toEqual(['two#1/b1 skip applied by rule no-two']);
    expect(await rig.records()).toContainEqual(
      expect.objectContaining({
        type: 'step.skipped',
        path: 'two#1',
        body: { by: 'conductor', reason: 'rule no-two: enough' },
      }),
    );
  });

  it('patches the task of a step and the prompt, instructions and model of a role, for all that comes after', async () => {
    const rig = rigs.of(
      auto(
        {
          name: 'task',
          phase: 'before',
          when: 'step.id == "two"',
          adjust: { op: 'patch', patch: { task: 'Two, of ${{ inputs.topic }}.' } },
        },
        {
          name: 'role',
          when: 'step.id == "one"',
          adjust: {
            op: 'patch',
            role: 'writer',
            patch: { prompt: 'You sing.', instructions: ['Loudly.'], model: 'big' },
          },
        },
      ),
    );
    const { result } = await runAndReplay(rigs.of({ ...rig.bundle, inputs: { topic: 'tides' }, replies: echo }));
    expect(result).toMatchObject({ summary: 'You sing.\n\n- Loudly.|Two, of tides.|big' });
  });

  it('says a patch once, however often it holds', async () => {
    const rig = rigs.of(
      auto({ name: 'same', when: 'true', adjust: { op: 'patch', role: 'writer', patch: { prompt: 'Sing.' } } }),
    );
    await runAndReplay(rig);
    expect(await adjustments(rig)).toEqual(['one#1~1/e1 patch applied by rule same']);
  });

  it('disables a role, whose calls are refused in a way that a caller can read, until another enables it', async () => {
    const disable: BundleConductorRule = {
      name: 'off',
      when: 'step.id == "one"',
      adjust: { op: 'disable', role: 'writer', reason: 'drifts' },
    };
    const refused = await runAndReplay(rigs.of(auto(disable)));
    expect(refused).toMatchObject({
      status: 'failed',
      error: { reason: 'RoleDisabled', message: expect.stringContaining('rule off: drifts') },
    });
    const enable: BundleConductorRule = {
      name: 'on',
      phase: 'before',
      when: 'step.id == "two"',
      adjust: { op: 'enable', role: 'writer' },
    };
    expect(await runAndReplay(rigs.of(auto(disable, enable)))).toMatchObject({ status: 'succeeded' });
  });

  it('disables a tool for the models', async () => {
    const rig = rigs.of({
      ...auto({ name: 'off', phase: 'before', when: 'true', adjust: { op: 'disable', tool: 'files.list' } }),
      replies: [
        reply('writer', 1, { toolCalls: [{ name: 'files.list', arguments: { path: 'workspace:' } }] }),
        { text: '${{ request.results[0].error }}' },
      ],
    });
    expect((await runAndReplay(rig)).result).toMatchObject({
      summary: expect.stringMatching(/^RoleDisabled: "files.list"/),
    });
  });

  it('disables a step, every time it comes', async () => {
    const rig = rigs.of(auto({ name: 'off', when: 'step.id == "one"', adjust: { op: 'disable', step: 'two' } }));
    await runAndReplay(rig);
    expect((await rig.records()).filter(({ type }) => type === 'step.skipped')).toHaveLength(1);
  });

  it('has a step tried again, at most three times', async () => {
    const rig = rigs.of(auto({ name: 'again', when: 'step.id == "one"', adjust: { op: 'retry' } }));
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
    expect(await adjustments(rig)).toEqual(
      [1, 2, 3].map((attempt) => `one#1~${attempt}/e1 retry applied by rule again`),
    );
    expect(
      (await rig.records()).filter(({ type, path }) => type === 'step.ended' && path.startsWith('one')),
    ).toHaveLength(4);
  });

  it('mends a role and has the step that failed tried again with it', async () => {
    const role = roleOf({
      outputSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
    });
    const rig = rigs.of({
      roles: [role],
      replies: [
        { when: 'request.messages[0].content.contains("JSON only")', text: '{"ok":true}' },
        { text: 'Sure! ok' },
      ],
      conductor: {
        mode: 'auto',
        rules: [
          {
            name: 'mend',
            when: 'status == "failed" && signals.schemaFailures >= 3',
            adjust: { op: 'patch', patch: { instructions: ['JSON only'] } },
          },
          { name: 'again', when: 'status == "failed" && error.reason == "OutputRefused"', adjust: { op: 'retry' } },
        ],
      },
    });
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded', result: { ok: true } });
    expect(await adjustments(rig)).toEqual([
      'first#1~1/e1 patch applied by rule mend',
      'first#1~1/e2 retry applied by rule again',
    ]);
  });

  it('aborts the Session', async () => {
    const rig = rigs.of(
      auto({ name: 'stop', when: 'output.summary.contains("One")', adjust: { op: 'abort', reason: 'no' } }),
    );
    expect(await runAndReplay(rig)).toMatchObject({
      status: 'failed',
      error: { reason: 'Aborted', message: expect.stringContaining('rule stop: no') },
    });
  });

  it('pauses the Session until a person has it go on', async () => {
    const rig = rigs.of(auto({ name: 'wait', when: 'step.id == "one"', adjust: { op: 'pause' } }));
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await rig.replay()).toEqual({ verdict: 'brokenOff', path: 'one#1~1/e1' });
    await control(rig, 'c-1', 'resume');
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
  });

  it('that cannot be evaluated says so once and does nothing', async () => {
    const rig = rigs.of(auto({ name: 'bad', when: 'output.nothing > 1', adjust: { op: 'abort' } }));
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
    expect(await adjustments(rig)).toEqual(['one#1~1/e1 suggest suggested by rule bad']);
  });

  it('sees what the Session used as it was recorded', async () => {
    const rig = rigs.of(
      auto({
        name: 'dear',
        when: 'usage.calls >= 0 && usage.cost >= 0 && used.calls == 1 && used.cost == 0 && step.path == "two#1"',
        adjust: { op: 'suggest' },
      }),
    );
    await runAndReplay(rig);
    expect(await adjustments(rig)).toEqual(['two#1~1/e1 suggest suggested by rule dear']);
    expect((await rig.records()).filter(({ type }) => type === 'value.recorded')).toHaveLength(2);
  });

  it('sees after a step what the Session used up to there, that step included', async () => {
    const counts = [0, 1, 2].map((calls): BundleConductorRule => {
      return { name: `c${calls}`, when: `usage.calls == ${calls}`, adjust: { op: 'disable', tool: `files.list` } };
    });
    const rig = rigs.of(auto(...counts));
    await runAndReplay(rig);
    expect(await adjustments(rig)).toEqual([
      'one#1~1/e1 disable applied by rule c1',
      'two#1~1/e1 disable applied by rule c2',
    ]);
  });

  it('sees the same usage in a replay, in whatever order branches side by side come to an end', async () => {
    const bundle = governedBundle({
      mode: 'auto',
      rules: [1, 2, 3, 4].map((calls) => ({
        name: `over-${calls}`,
        on: calls % 2 === 0 ? 'before' : 'after',
        when: `usage.calls >= ${calls}`,
        adjust: { op: 'patch', role: 'writer', patch: { instructions: [`After ${calls}.`] } },
      })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { minLength: 8, maxLength: 8 }), async (turns) => {
        const rig = rigs.ofBundle(bundle);
        const { provider } = rig;
        let asked = 0;
        const generate: typeof provider.generate = async (request, options) => {
          const wait = turns[(asked += 1) % turns.length] ?? 0;
          for (let turn = 0; turn < wait; turn += 1) await Promise.resolve();
          return provider.generate(request, options);
        };
        rig.provider = { ...provider, generate };
        await runAndReplay(rig);
        rig.dispose();
      }),
      { numRuns: 6 },
    );
  });

  it('only proposes in the mode that only suggests, and a person applies it by its id', async () => {
    const rules: BundleConductorRule[] = [
      { name: 'sing', when: 'step.id == "one"', adjust: { op: 'patch', role: 'writer', patch: { prompt: 'Sing.' } } },
    ];
    const rig = rigs.of({ steps: twoSteps, replies: echo, conductor: { rules } });
    await rigs.killedAfter(rig, 'conductor.adjusted one#1~1/e1');
    const suggested = (await rig.records()).findLast(({ type }) => type === 'conductor.adjusted');
    const id = suggested?.type === 'conductor.adjusted' ? suggested.body.id : '';
    expect(id).toMatch(/^sing\.[0-9a-f]{8}$/);
    await wish(rig, 'w-1', { op: 'apply', applies: id });
    expect((await runAndReplay(rig)).result).toMatchObject({ summary: 'Sing.|Two.|' });
    expect(await adjustments(rig)).toEqual([
      'one#1~1/e1 patch suggested by rule sing',
      'two#1/b1 patch applied by person ada',
    ]);
  });
});

describe('a heuristic', () => {
  const looping = {
    replies: [1, 2, 3]
      .map((turn) => reply('writer', turn, { toolCalls: [{ name: 'files.list', arguments: { path: 'workspace:' } }] }))
      .concat({ text: 'Done.' }),
  };

  it('pauses the Session where adjustments are applied by themselves', async () => {
    const rig = rigs.of({ ...looping, conductor: { mode: 'auto', heuristics: { identicalCalls: 3 } } });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 pause applied by heuristic identicalCalls']);
    await control(rig, 'c-1', 'resume');
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
  });

  it('proposes to pause otherwise', async () => {
    const rig = rigs.of({
      ...looping,
      conductor: { heuristics: { identicalCalls: 3, schemaFailures: 1, stagnation: 1 } },
    });
    await runAndReplay(rig);
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 pause suggested by heuristic identicalCalls']);
  });

  it('compares tokens with what the same step used before, as it was observed when the Session began', async () => {
    const rig = rigs.of({
      replies: [{ text: 'Done.', usage: { inputTokens: 20, outputTokens: 10 } }],
      conductor: { heuristics: { tokenFactor: 3 } },
    });
    rig.observed = { sessions: 5, tokens: { first: 10 } };
    await runAndReplay(rig);
    expect((await rig.records())[0]?.body).toMatchObject({ observed: rig.observed });
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 pause suggested by heuristic tokenFactor']);
  });

  it('leaves it to a rule that answers', async () => {
    const rules: BundleConductorRule[] = [
      { name: 'mend', when: 'signals.identicalCalls > 2', adjust: { op: 'disable', tool: 'files.list' } },
    ];
    const rig = rigs.of({ ...looping, conductor: { mode: 'auto', rules, heuristics: { identicalCalls: 3 } } });
    await runAndReplay(rig);
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 disable applied by rule mend']);
  });
});
