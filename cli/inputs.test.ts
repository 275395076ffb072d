import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#crds';
import { keyValue } from './flags.ts';
import { inputsFor } from './inputs.ts';

const typed: JsonObject = {
  type: 'object',
  properties: { id: { type: 'string' }, count: { type: 'integer' }, any: true },
};

describe('a value of --input', () => {
  it.each([
    ['is text where the schema says string', 'id', '007', '007'],
    ['is text where the schema says string, also if it is JSON', 'id', '{"a":1}', '{"a":1}'],
    ['is JSON where the schema says something else', 'count', '7', 7],
    ['is text where it is no JSON', 'count', 'many', 'many'],
    ['is JSON where the schema says nothing', 'any', '[1,"a"]', [1, 'a']],
    ['is JSON for a key that the schema does not know', 'new', 'true', true],
    ['is text where its JSON would be read wrongly', 'new', '{"a":1,"a":2}', '{"a":1,"a":2}'],
    ['is text where its number is not exact', 'new', '12345678901234567890', '12345678901234567890'],
  ])('%s', (_, key, text, expected) => {
    expect(inputsFor(typed, { file: {}, pairs: { [key]: text } })).toEqual({ [key]: expected });
  });

  it('lies over that of the file', () => {
    const given = { file: { a: 1, b: { c: 2 } }, pairs: { b: '3' } };
    expect(inputsFor(undefined, given)).toEqual({ a: 1, b: 3 });
  });

  it('may have a key that objects know already', () => {
    const pairs = keyValue('__proto__=1', keyValue('constructor=2', {}));
    expect(Object.entries(inputsFor(typed, { file: {}, pairs }))).toEqual([
      ['constructor', 2],
      ['__proto__', 1],
    ]);
  });
});

describe('a pair', () => {
  it.each([
    ['a=b', { a: 'b' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['x=2', { x: '2' }],
  ])('%s is read', (pair, expected) => expect(keyValue(pair, { x: '1' })).toEqual({ x: '1', ...expected }));

  it.each(['a', '=b', ''])('%j is refused', (pair) => expect(() => keyValue(pair, {})).toThrow('KEY=VALUE'));
});
