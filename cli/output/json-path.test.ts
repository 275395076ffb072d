import { describe, expect, it } from 'vitest';
import { kindInfos } from '#crds';
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
    ['.status.conditions[*].type', ['Stalled', 'Ready']],
    ['.spec.backends[*].none', []],
    ['.spec[*].none', undefined],
  ])('%s gives %s', (path, expected) => {
    expect(valueAt(object, path)).toEqual(expected);
  });

  it.each(kindInfos.flatMap(({ kind, columns }) => columns.map(({ jsonPath }) => [kind, jsonPath])))(
    'of a %s can be read: %s',
    (_, path) => {
      expect(() => valueAt({}, path)).not.toThrow();
    },
  );

  it('refuses what it cannot read', () => {
    expect(() => valueAt(object, '.spec..model')).toThrow('cannot be read');
  });
});
