import { describe, expect, it } from 'vitest';
import { kindInfos } from '../validate/kinds.ts';
import type { StructuralSchema, ValidationRule } from '../validate/schema.ts';
import { brokenRules } from './rules.ts';

function withRule(rule: string, properties: StructuralSchema['properties'] = {}): StructuralSchema {
  return { type: 'object', properties, 'x-kubernetes-validations': [{ rule, message: 'no' }] };
}

function rulesOf(schema: StructuralSchema): readonly ValidationRule[] {
  const { properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), ...[items, additionalProperties].filter((one) => one !== undefined)];
  return [...(schema['x-kubernetes-validations'] ?? []), ...below.flatMap(rulesOf)];
}

const integer: StructuralSchema = { type: 'integer' };
const free: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('brokenRules', () => {
  it('computes with whole numbers as CEL does', () => {
    const schema = withRule('self.a + 1 == 3 && self.a / 2 == 1', { a: integer });
    expect(brokenRules({ a: 2 }, schema)).toEqual([]);
    expect(brokenRules({ a: 3 }, schema)).toMatchObject([{ path: '' }]);
  });

  it('names the field a rule points to', () => {
    const rule = { rule: 'self.a > 1', message: 'no', fieldPath: '.a' };
    const inner: StructuralSchema = { type: 'object', properties: { a: integer }, 'x-kubernetes-validations': [rule] };
    const schema: StructuralSchema = { type: 'object', properties: { list: { type: 'array', items: inner } } };
    expect(brokenRules({ list: [{ a: 2 }, { a: 1 }] }, schema)).toMatchObject([{ path: 'list[1].a' }]);
  });

  it('says so where a rule cannot be evaluated', () => {
    expect(brokenRules({}, withRule('self.a > 1', { a: integer }))).toMatchObject([
      { error: expect.stringContaining('a') },
    ]);
  });

  it('skips a rule about a change where nothing was before', () => {
    const schema = withRule('self == oldSelf', { a: integer });
    expect(brokenRules({ a: 1 }, schema)).toEqual([]);
    expect(brokenRules({ a: 1 }, schema, { old: { a: 1 } })).toEqual([]);
    expect(brokenRules({ a: 1 }, schema, { old: { a: 2 } })).toHaveLength(1);
    expect(brokenRules({}, schema, { old: { a: 2 } })).toHaveLength(1);
  });

  it('compares sets and lists with keys without regard to order, others with it', () => {
    const texts: StructuralSchema = { type: 'array', items: { type: 'string' } };
    const set = withRule('self == oldSelf', { a: { ...texts, 'x-kubernetes-list-type': 'set' } });
    expect(brokenRules({ a: ['x', 'y'] }, set, { old: { a: ['y', 'x'] } })).toEqual([]);
    expect(
      brokenRules({ a: ['x', 'y'] }, withRule('self == oldSelf', { a: texts }), { old: { a: ['y', 'x'] } }),
    ).toHaveLength(1);
  });

  it('sees of a free-form object what the API server sees', () => {
    const schema = withRule('self == oldSelf', { a: free });
    const changed = (now: object, before: object): number =>
      brokenRules({ a: now as never }, schema, { old: { a: before as never } }).length;
    expect(changed({ x: 1 }, { x: 1 })).toBe(0);
    expect(changed({ x: 1 }, { x: 2 })).toBe(1);
    expect(changed({ x: 1 }, { x: 1, y: 2 })).toBe(1);
    expect(changed({ x: 1 }, { y: 1 })).toBe(0);
  });

  it('leaves out what an update left as it was, but for rules about the change', () => {
    const both = { rule: 'self.a > 5', message: 'no' };
    const schema = { ...withRule('self.a >= oldSelf.a', { a: integer }) };
    const rules = [...(schema['x-kubernetes-validations'] ?? []), both];
    const whole = { ...schema, 'x-kubernetes-validations': rules };
    expect(brokenRules({ a: 1 }, whole, { old: { a: 2 }, unchanged: () => true })).toMatchObject([
      { rule: { rule: 'self.a >= oldSelf.a' } },
    ]);
  });
});

describe('the rules of the CRDs', () => {
  const rules = kindInfos.flatMap(({ kind, schema }) =>
    rulesOf(schema).map((rule) => [kind, rule.message, rule] as const),
  );

  it.each(rules)('%s: "%s" says what is wrong and what to do', (_kind, message, rule) => {
    expect(message).toMatch(/^[^;]{10,}; [^;]{10,}$/);
    expect(rule.rule).not.toBe('');
  });
});
