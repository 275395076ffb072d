import { describe, expect, it } from 'vitest';
import type { Session } from '#crds';
import { nothingTold } from '../people/journal-tells.ts';
import { describeObject } from './describe.ts';

const at = '2026-07-01T10:00:00Z';

function session(status: Partial<Session['status']>): Session {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: { name: 'demo-4k2v7zq3ab', namespace: 'default', creationTimestamp: at },
    spec: { flowRef: { name: 'demo' }, cause: { type: 'Manual' } },
    status: { observedGeneration: 1, ...status },
  };
}

describe('a Session for a person to read', () => {
  it('says what is known and leaves out what is not', () => {
    expect(describeObject(session({}), [])).toBe(
      [
        'Name:        demo-4k2v7zq3ab',
        'Namespace:   default',
        'Kind:        Session',
        `Created:     ${at}`,
        'Flow:        demo',
        'Cause:       Manual',
      ].join('\n'),
    );
  });

  it('says what it came from and what came from it', () => {
    const from = { session: 'demo-a', uid: 'u', at: 'write#1/t2' };
    const forks = [{ session: 'demo-c', uid: 'w', at: 'write#1' }];
    const fork = { ...session({ forks }), spec: { ...session({}).spec, from } };
    expect(describeObject(fork, [])).toContain('From:        demo-a, forked at write#1/t2\n');
    expect(describeObject(fork, [])).toContain('Forks:\n  NAME     AT\n  demo-c   write#1');
    const retry = { ...fork, spec: { ...fork.spec, from: { session: 'demo-a', uid: 'u' } } };
    expect(describeObject(retry, [])).toContain('From:        demo-a, run again\n');
  });

  it('shows what a gate asks in full where the journal is at hand, and else what the status tells of it', () => {
    const digest = `sha256:${'b'.repeat(64)}` as const;
    const gate = { name: 'g7', digest, call: 'files.write', expiresTime: at };
    const waiting = session({ phase: 'AwaitingApproval', pendingApprovals: [gate], pendingApprovalsTotal: 1 });
    const text = describeObject(waiting, [], { ...nothingTold, waits: ['Gate: g7\nInput:\n  {}', 'Gate: g9'] });
    expect(text).toContain('\nWaits for:\n  Gate: g7\n  Input:\n    {}\n\n  Gate: g9');
    expect(text).not.toContain('DECISION');
    expect(describeObject(waiting, [])).toContain(`  g7     files.write   ${at}   ${digest}`);
    expect(describeObject(session({ phase: 'Running' }), [])).not.toContain('Waits for:');
  });

  it('shows steps, the result and Events in columns', () => {
    const text = describeObject(
      session({ phase: 'Succeeded', steps: [{ id: 'one', phase: 'Succeeded', startTime: at }], result: 'a\nb' }),
      [{ time: at, type: 'Normal', reason: 'Succeeded', message: 'done' }],
    );
    expect(text).toContain(`  one   Succeeded   ${at}`);
    expect(text).toContain('Result:\n  a\n  b');
    expect(text).toContain(`  ${at}   Normal   Succeeded   done`);
  });

  it('says what it came to and what it used once each', () => {
    const message = '1 step, 1 model call';
    const condition = { status: 'True', observedGeneration: 1, lastTransitionTime: at, reason: 'Succeeded' } as const;
    const conditions = [
      { ...condition, type: 'Succeeded', message },
      { ...condition, type: 'Other', message: 'another\none' },
    ];
    const usage = { inputTokens: 20, outputTokens: 3, calls: 1 };
    const text = describeObject(session({ message, conditions, usage }), []);
    expect(text).toContain('Usage:       1 model call, 20 + 3 tokens');
    expect(text).toMatch(/^ {2}Other +True +Succeeded +another one$/m);
    expect(text).toMatch(/^ {2}Succeeded +True +Succeeded +1 step, 1 model call$/m);
    const plain = describeObject(session({ message, conditions: conditions.slice(0, 1) }), []);
    expect(plain).toMatch(/Conditions:\n {2}TYPE +STATUS +REASON\n {2}Succeeded +True +Succeeded$/);
    expect(plain.split(message)).toHaveLength(2);
  });

  it('says in words what was adjusted, where, by whom, why, whether it holds, and the id that takes it back', () => {
    const change = { op: 'patch', step: 'two', patch: { task: 'Be brief.' } } as const;
    const one = { id: 'adjustment-3f2c', change, places: ['two#1/b1'], by: 'ada', why: 'too long', stands: 'applied' };
    const spread = {
      ...one,
      id: 'x.1',
      by: 'rule x',
      places: ['a#1/b1', 'a#2/b1', 'a#3/b1'],
      stands: 'taken back by ada',
    };
    const stop = {
      ...one,
      id: 'adjustment-4a',
      change: { op: 'abort' } as const,
      places: [],
      stands: 'waits',
      why: '',
    };
    const text = describeObject(session({}), [], { ...nothingTold, adjusted: [one, spread, stop] });
    const lines = text.split('\n').map((line) => line.trim().split(/ {3,}/));
    expect(lines).toContainEqual(['AT', 'BY', 'STANDS', 'ID', 'WHAT', 'WHY']);
    expect(lines).toContainEqual([
      'two#1/b1',
      'ada',
      'applied',
      one.id,
      'patch step two: task "Be brief."',
      'too long',
    ]);
    expect(text).toMatch(/^ {2}a#1\/b1 and 2 more places +rule x +taken back by ada +x\.1 /m);
    expect(text).toMatch(/^ +ada +waits +adjustment-4a +abort$/m);
  });

  it('shows what its turns used, without columns that would hold nothing', () => {
    const row = { step: 'one', role: 'writer', model: '', backend: 'a', turns: 2, failed: 0, picos: null } as const;
    const tokens = { inputTokens: 20, cachedTokens: 0, outputTokens: 3, reasoningTokens: 0 };
    expect(
      describeObject(session({ usage: { inputTokens: 20, outputTokens: 3, calls: 2 } }), [], {
        ...nothingTold,
        used: [{ ...row, ...tokens }],
      }),
    ).not.toContain('Usage:');
    expect(describeObject(session({}), [], { ...nothingTold, used: [{ ...row, ...tokens }] })).toContain(
      [
        'Model turns:',
        '  STEP   ROLE     BACKEND   TURNS   IN   OUT',
        '  one    writer   a         2       20   3',
      ].join('\n'),
    );
    const dear = { ...row, ...tokens, backend: 'b', failed: 1, cachedTokens: 8, picos: 42_500_000_000 };
    expect(describeObject(session({}), [], { ...nothingTold, used: [{ ...row, ...tokens }, dear] })).toContain(
      [
        '  STEP   ROLE     BACKEND   TURNS   FAILED   IN   CACHED   OUT   COST',
        '  one    writer   a         2                20            3',
        '  one    writer   b         2       1        20   8        3     0.0425',
      ].join('\n'),
    );
  });
});
