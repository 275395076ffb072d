import { describe, expect, it } from 'vitest';
import { parseJson, type JsonObject } from '../canonical/json.ts';
import type { Flow } from '../generated/resources.ts';
import { checkManifests } from '../manifest/check.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { mergeInputs } from './inputs.ts';

const text = `
apiVersion: orket.dev/v1alpha1
kind: Flow
metadata: { name: a }
spec:
  bandRef: { name: a }
  venueRef: { name: a }
  scoreRef: { name: a }
  inputs: { topic: { name: bees, depth: 2 }, kept: 1 }
  inputSchema: { properties: { topic: { required: [name] }, kept: { type: integer } } }
`;

function flow(): Flow {
  const [resource] = checkManifests(decodeManifest('a.yaml', text)).resources;
  if (resource?.kind !== 'Flow') throw new Error('the text is a Flow');
  return resource;
}

describe('mergeInputs', () => {
  it('lays the inputs of a Session over those of the Flow key by key at the top level', () => {
    expect(mergeInputs(flow(), { topic: { name: 'wasps' }, more: [1] })).toEqual({
      topic: { name: 'wasps' },
      kept: 1,
      more: [1],
    });
    expect(mergeInputs(flow())).toEqual({ topic: { name: 'bees', depth: 2 }, kept: 1 });
  });

  it('keeps a key __proto__ as data', () => {
    const inputs = parseJson('{"__proto__": {"kept": 2}}') as JsonObject;
    const merged = mergeInputs(flow(), inputs);
    expect(Object.keys(merged)).toEqual(['topic', 'kept', '__proto__']);
    expect(merged['kept']).toBe(1);
  });

  it.each<[string, JsonObject, string]>([
    ['what the schema refuses', { kept: 'x' }, 'inputs.kept: the type is wrong; expected integer; found "x"'],
    ['a part that is missing after the overlay', { topic: {} }, 'inputs.topic.name: name is required'],
    ['null', { more: { a: null } }, 'inputs.more.a: null is not kept'],
    ['more than 64 KiB', { more: 'x'.repeat(70_000) }, 'inputs: this value is too large'],
  ])('refuses %s', (_name, inputs, message) => {
    expect(() => mergeInputs(flow(), inputs)).toThrow(expect.objectContaining({ reason: 'InvalidInput' }));
    expect(() => mergeInputs(flow(), inputs)).toThrow(message);
  });
});
