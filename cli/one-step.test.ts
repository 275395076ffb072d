import { describe, expect, it } from 'vitest';
import { resolveClosure, validateResource, type Resource } from '#crds';
import { oneStepFlow, type OneStep } from './one-step.ts';

function resource(kind: string, name: string, spec: object): Resource {
  const { resource: read, problems } = validateResource({
    apiVersion: 'orket.dev/v1alpha1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: JSON.parse(JSON.stringify(spec)),
  });
  if (read === undefined) throw new Error(JSON.stringify(problems));
  return read;
}

const band = resource('Band', 'band', { roles: [{ name: 'writer', prompt: 'You write.' }] });
const venue = resource('Venue', 'venue', { provider: 'scripted', replies: [{ text: 'done' }] });

function wanted(some: Partial<OneStep> = {}): OneStep {
  return { name: 'writer', band: undefined, venue: undefined, task: 'Write.', keys: [], ...some };
}

describe('a call as a Flow of one step', () => {
  it('calls a role of the Band that has it, with the input as it is given', () => {
    const { flow, resources } = oneStepFlow(wanted({ keys: ['of what', 'n'] }), [band, venue]);
    const { closure, problems } = resolveClosure(flow, resources);
    expect(problems).toEqual([]);
    expect(closure?.score.spec.steps).toMatchObject([
      { role: 'writer', task: 'Write.', input: { 'of what': '${{ inputs["of what"] }}', n: '${{ inputs["n"] }}' } },
    ]);
  });

  it('takes what the role takes', () => {
    const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
    const strict = resource('Band', 'band', { roles: [{ name: 'writer', prompt: 'You write.', inputSchema }] });
    const { flow, resources } = oneStepFlow(wanted({ keys: ['topic'] }), [strict, venue]);
    expect(flow.spec.inputSchema).toEqual(inputSchema);
    expect(resolveClosure(flow, resources).problems).toEqual([]);
    const wrong = oneStepFlow(wanted({ keys: ['tpoic'] }), [strict, venue]);
    const { problems } = resolveClosure(wrong.flow, wrong.resources);
    expect(problems.map(({ path }) => path)).toEqual(['spec.steps[0].input.topic']);
  });

  it('calls a tool where there is neither a Band nor a Venue', () => {
    const { flow, resources } = oneStepFlow(wanted({ name: 'files.list', keys: ['path'] }), []);
    expect(flow.metadata.name).toBe('call-files-list');
    expect(resolveClosure(flow, resources).problems).toEqual([]);
  });

  it.each([
    ['a role that is not there', { name: 'writr' }, [band, venue], 'Did you mean "writer"?'],
    ['a role of several Bands', {}, [band, resource('Band', 'other', band.spec), venue], 'or --band NAME'],
    ['no Venue', {}, [band], 'there is no such Venue'],
    ['another Venue', { venue: 'gone' }, [band, venue], 'there is no such Venue'],
  ] as const)('refuses %s', (_what, some, resources, words) => {
    expect(() => oneStepFlow(wanted(some), resources)).toThrow(words);
  });
});
