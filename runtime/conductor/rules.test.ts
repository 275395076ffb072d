import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#crds';
import { semanticsOf } from '../semantics/semantics.ts';
import { judgeHeuristics } from './heuristics.ts';
import { compileRules, judgeRules, looksAt } from './rules.ts';

const view: JsonObject = {
  step: { id: 'review', role: 'critic', tool: '', path: 'review#2', iteration: 2 },
  status: 'failed',
  error: { reason: 'OutputRefused', message: 'no' },
  signals: { schemaFailures: 3, identicalCalls: 0, stagnation: 1, tokenFactor: 2.5 },
};

const { fuel } = semanticsOf(1);

describe('rules', () => {
  const said = (when: string): readonly string[] =>
    judgeRules(compileRules([{ name: 'r', when, adjust: { op: 'pause', reason: 'why' } }]), view, fuel).map(
      ({ change, reason }) => `${change.op}: ${reason}`,
    );

  it.each<[string, boolean]>([
    ['signals.schemaFailures >= 3', true],
    ['signals.tokenFactor > 2.4 && signals.tokenFactor < 3.0', true],
    ['step.role == "critic" && step.iteration > 1', true],
    ['error.reason == "OutputRefused"', true],
    ['status == "succeeded"', false],
    ['step.id.startsWith("rev")', true],
  ])('%s holds: %s', (when, holds) => {
    expect(said(when)).toEqual(holds ? ['pause: why'] : []);
  });

  it('have their say in order, each by its name', () => {
    const rules = compileRules([
      { name: 'b', when: 'true', adjust: { op: 'pause' } },
      { name: 'a', when: 'true', adjust: { op: 'abort' } },
    ]);
    expect(judgeRules(rules, view, fuel).map(({ by, change }) => [by, change.op])).toEqual([
      ['b', 'pause'],
      ['a', 'abort'],
    ]);
  });

  it('that do too much work are bounded, and say so', () => {
    const many = `[${Array.from({ length: 100 }, () => '1').join(',')}]`;
    const when = `${many}.all(a, ${many}.all(b, ${many}.all(c, a + b + c > 0)))`;
    expect(judgeRules(compileRules([{ name: 'slow', when, adjust: { op: 'abort' } }]), view, fuel)).toMatchObject([
      { by: 'slow', change: { op: 'suggest', reason: expect.stringContaining('FuelExhausted') } },
    ]);
  });

  it('are asked once whether they look at what is recorded', () => {
    const rules = compileRules([{ name: 'r', when: 'usage.tokens > 10', adjust: { op: 'pause' } }]);
    expect([looksAt(rules, 'usage'), looksAt(rules, 'used')]).toEqual([true, false]);
  });
});

describe('heuristics', () => {
  const signals = { schemaFailures: 2, identicalCalls: 4, stagnation: 1, tokenFactor: 3.14159 };
  it.each<[object, boolean, readonly string[]]>([
    [{}, false, []],
    [{ schemaFailures: 2 }, false, ['schemaFailures: 2 answers in a row could not be used']],
    [{ schemaFailures: 3, identicalCalls: 4 }, false, ['identicalCalls: 4 calls of one conversation were alike']],
    [{ stagnation: 1 }, false, ['stagnation: 1 times in a row neither output nor files changed']],
    [{ tokenFactor: 3 }, false, ['tokenFactor: 3.1 times the tokens that this step usually takes']],
    [{ tokenFactor: 3.2 }, false, []],
    [{ schemaFailures: 1, stagnation: 1 }, true, []],
  ])('%j, answered %s, say %j', (heuristics, answered, said) => {
    const proposals = judgeHeuristics(heuristics, signals, answered);
    expect(proposals.map(({ by, reason }) => `${by}: ${reason}`)).toEqual(said);
    for (const { change } of proposals) expect(change).toEqual({ op: 'pause' });
  });

  it('have names that people can write in the id of an adjustment', () => {
    expect(semanticsOf(1).adjustmentId('tokenFactor', 'first#1~1/e1')).toMatch(/^tokenFactor\.[0-9a-f]{8}$/);
  });
});
