import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay, type JournalRecord } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { band, closure, flow, role, score, scripted } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

function recordsOf(session: string): readonly JournalRecord[] {
  const lines = sandbox.read(session, 'journal.jsonl').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JournalRecord);
}

async function ran(resources: readonly object[]): Promise<{ session: string; code: number | null; said: string }> {
  const { code, output: said } = await sandbox.orket('run', sandbox.manifests('flow.yaml', resources));
  const session = sandbox.sessions()[0] ?? '';
  expect(await replay(await recordingIn(sandbox.sessionFile(session, '')))).toMatchObject({ verdict: 'same' });
  return { session, code, said };
}

describe('what a Flow says of itself', () => {
  it('governs its steps: a rule skips one and patches another, as the journal tells', async () => {
    const rules = [
      { name: 'no-two', phase: 'before', when: "step.id == 'two'", adjust: { op: 'skip', reason: 'enough' } },
      {
        name: 'shorter',
        when: "step.id == 'one' && status == 'succeeded'",
        adjust: { op: 'patch', step: 'three', patch: { task: 'Say it in short.' } },
      },
    ];
    const { session, code, said } = await ran(
      closure({
        flow: flow({ spec: { conductor: { mode: 'auto', rules } } }),
        venue: scripted({ text: '${{ request.task }}' }),
        score: score(...['one', 'two', 'three'].map((id) => ({ id, role: 'worker', task: `Do ${id}.` }))),
      }),
    );
    expect(code, said).toBe(0);
    expect(said).toContain('Say it in short.');
    const adjusted = recordsOf(session).filter((record) => record.type === 'conductor.adjusted');
    expect(adjusted.map(({ body }) => [body.by, body.op, body.status])).toEqual([
      ['shorter', 'patch', 'applied'],
      ['no-two', 'skip', 'applied'],
    ]);
  });

  it('bounds the Session, and a role each of its calls, with a reason and a record', async () => {
    const limits = { calls: 20, tokens: 100_000, cost: '9.50' };
    const venue = {
      ...scripted({ when: 'request.turn < 9', toolCalls: [{ name: 'files.list', arguments: { path: '.' } }] }),
    };
    const priced = JSON.parse(JSON.stringify(venue));
    priced.spec.params = { maxTokens: 50 };
    priced.spec.pricing = [{ model: '*', input: '1', output: '2' }];
    const { session, code, said } = await ran(
      closure({
        flow: flow({ spec: { limits } }),
        band: band({ spec: { roles: [role({ tools: ['files.list'], limits: { calls: 3 } })] } }),
        venue: priced,
      }),
    );
    expect(code, said).toBe(20);
    const records = recordsOf(session);
    expect(records.find(({ type }) => type === 'limit.reached')).toMatchObject({
      body: { limit: 'calls', allowed: 3, used: 3 },
    });
    const calls = records.filter((record) => record.type === 'call.intent' && record.body.kind === 'tool');
    expect(calls).toHaveLength(3);
  });
});
