import { describe, expect, it } from 'vitest';
import type { Bundle } from './bundle.ts';
import { changeBundle } from './change.ts';

const bundle: Bundle = {
  bundleVersion: 1,
  inputs: { topic: 'bees', words: 3 },
  inputSchema: { type: 'object', properties: { words: { type: 'integer' } } },
  roles: [
    { name: 'editor', prompt: 'Edit.' },
    { name: 'writer', prompt: 'Write.', model: 'small' },
  ],
  steps: [],
  venue: { provider: 'scripted' },
};

describe('a bundle that is changed', () => {
  it('has other prompts, models and inputs, and all else as it was', () => {
    const changed = changeBundle(bundle, {
      inputs: { words: 5 },
      prompts: { editor: 'Edit twice.' },
      models: { writer: 'large' },
    });
    expect(changed).toEqual({
      ...bundle,
      inputs: { topic: 'bees', words: 5 },
      roles: [
        { name: 'editor', prompt: 'Edit twice.' },
        { name: 'writer', prompt: 'Write.', model: 'large' },
      ],
    });
    expect(changeBundle(bundle, {})).toEqual(bundle);
  });

  it.each([
    [{ inputs: { words: 'many' } }, 'InvalidInput', 'inputs.words'],
    [{ prompts: { writr: 'Write.' } }, 'Usage', 'Did you mean "writer"?'],
    [{ models: { toString: 'large' } }, 'Usage', 'one of editor, writer'],
  ])('is refused with %j', (change, reason, words) => {
    expect(() => changeBundle(bundle, change)).toThrow(expect.objectContaining({ reason }));
    expect(() => changeBundle(bundle, change)).toThrow(words);
  });
});
