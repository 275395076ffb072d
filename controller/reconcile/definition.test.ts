import type { Band, Problem, Toolset } from '#crds';
import { describe, expect, it } from 'vitest';
import { t0 } from '../../test/controller/builders.ts';
import { reconcileDefinition } from './definition.ts';

const band: Band = {
  apiVersion: 'orket.dev/v1alpha1',
  kind: 'Band',
  metadata: { name: 'band', namespace: 'team', uid: 'band-uid', generation: 3 },
  spec: { roles: [{ name: 'writer', prompt: 'Write.' }] },
  status: { observedGeneration: -1 },
};

const problem: Problem = {
  stage: 'closure',
  reason: 'InvalidSchema',
  file: '',
  line: 1,
  column: 1,
  path: 'spec.roles[0].outputSchema',
  message: 'is no JSON Schema',
  expected: 'a schema',
  found: 'type: strng',
  remedy: 'Did you mean string?',
};

describe('reconcileDefinition', () => {
  it('says that a valid object is ready at its generation, once', () => {
    const plan = reconcileDefinition(band, [], t0);
    expect(plan.actions).toMatchObject([
      {
        type: 'writeDefinitionStatus',
        status: { observedGeneration: 3, conditions: [{ type: 'Ready', status: 'True', observedGeneration: 3 }] },
      },
    ]);
    const [action] = plan.actions;
    if (action?.type !== 'writeDefinitionStatus') throw new Error('a status was expected');
    expect(reconcileDefinition({ ...band, status: action.status }, [], t0 + 1000)).toEqual({ actions: [] });
  });

  it('lists the tools of a Toolset with a digest that follows what is declared of them', () => {
    const toolset = (risk: 'read' | 'network'): Toolset => ({
      ...band,
      kind: 'Toolset',
      spec: { source: 'builtin', tools: [{ name: 'read', risk }] },
    });
    const digests = (['read', 'read', 'network'] as const).map((risk) => {
      const [action] = reconcileDefinition(toolset(risk), [], t0).actions;
      if (action?.type !== 'writeDefinitionStatus' || !('tools' in action.status))
        throw new Error('tools were expected');
      return action.status.tools?.[0]?.digest;
    });
    expect(digests[0]).toMatch(/^sha256:/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('names the first problem, counts the rest and says so in an Event', () => {
    const { actions } = reconcileDefinition(band, [problem, problem], t0);
    const message = 'spec.roles[0].outputSchema: is no JSON Schema. Did you mean string? (and 1 more)';
    expect(actions).toMatchObject([
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'False', message },
            { type: 'Stalled', status: 'True' },
          ],
        },
      },
      { type: 'event', event: { type: 'Warning', reason: 'InvalidSchema', message } },
    ]);
  });
});
