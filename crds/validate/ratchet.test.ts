import { describe, expect, it } from 'vitest';
import { Unchanged } from './ratchet.ts';
import type { StructuralSchema } from './schema.ts';

const named: StructuralSchema = { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer' } } };
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    keyed: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: named },
    plain: { type: 'array', items: named },
    one: named,
  },
};

function unchanged(now: object, before: object): Unchanged {
  return new Unchanged(structuredClone(now) as never, structuredClone(before) as never, schema);
}

describe('what an update left unchanged', () => {
  it('is everything, where nothing changed', () => {
    expect(unchanged({ one: { name: 'a' } }, { one: { name: 'a' } }).covers('one.name')).toBe(true);
  });

  it('is a field beside a changed one, and not the object that holds both', () => {
    const left = unchanged({ one: { name: 'A', size: 2 } }, { one: { name: 'A', size: 1 } });
    expect(left.covers('one.name')).toBe(true);
    expect(left.covers('one.size')).toBe(false);
    expect(left.covers('one')).toBe(false);
  });

  it('follows an entry of a list with keys to its new place', () => {
    const left = unchanged({ keyed: [{ name: 'b' }, { name: 'a' }] }, { keyed: [{ name: 'a' }] });
    expect(left.covers('keyed[0].name')).toBe(false);
    expect(left.covers('keyed[1].name')).toBe(true);
  });

  it('follows nothing through a plain list that changed', () => {
    const left = unchanged({ plain: [{ name: 'a' }, { name: 'b' }] }, { plain: [{ name: 'a' }] });
    expect(left.covers('plain[0].name')).toBe(false);
  });

  it('takes no path for another that begins like it', () => {
    const left = unchanged({ one: { name: 'a' }, plain: [] }, { one: { name: 'a' }, plain: [{}] });
    expect(left.covers('onerous')).toBe(false);
  });
});
