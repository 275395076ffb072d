import { describe, expect, it } from 'vitest';
import { valueAt } from './json-path.ts';

const object = {
  spec: { backends: [{ model: 'small' }] },
  status: {
    conditions: [
      { type: 'Stalled', status: 'False' },
      { type: 'Ready', status: 'True' },
    ],
  },
};

describe('the path of a printer column', () => {
  it.each([
    ['.spec.backends[0].model', 'small'],
    ['.spec.backends[1].model', undefined],
    ['.status.conditions[?(@.type=="Ready")].status', 'True'],
    ['.status.conditions[?(@.type=="Gone")].status', undefined],
    ['.spec.none.further', undefined],
    ['.constructor', undefined],
  ])('%s gives %s', (path, expected) => {
    expect(valueAt(object, path)).toBe(expected);
  });

  it('refuses what it cannot read', () => {
    expect(() => valueAt(object, '.spec..model')).toThrow('cannot be read');
  });
});
