import { describe, expect, it } from 'vitest';
import type { ToolCall } from './provider.ts';
import { readArguments, writeArguments } from './tool-arguments.ts';

describe('reading arguments that a model wrote', () => {
  it.each([
    ['{"path":"a"}', { parsed: { path: 'a' } }],
    [' [1] ', { parsed: [1] }],
    ['', { parsed: {} }],
    ['  ', { parsed: {} }],
    ['{"path": README}', { unparsed: '{"path": README}' }],
    ['{"a":1,"a":2}', { unparsed: '{"a":1,"a":2}' }],
    ['{"id":12345678901234567890}', { unparsed: '{"id":12345678901234567890}' }],
    ['{"half":"\ud800', { unparsed: '{"half":"\ufffd' }],
    ['['.repeat(65) + ']'.repeat(65), { unparsed: '['.repeat(65) + ']'.repeat(65) }],
  ])('%j', (text, expected) => {
    expect(readArguments(text)).toEqual(expected);
  });
});

describe('sending arguments back', () => {
  const write = (given: ToolCall['arguments']): string => writeArguments({ name: 'files.read', arguments: given });

  it('is always the text of an object, which chat templates rely on', () => {
    expect(write({ parsed: { b: 1, a: 2 } })).toBe('{"a":2,"b":1}');
    expect(write({ parsed: [1] })).toBe('{"unparsed":"[1]"}');
    expect(write({ unparsed: '{oops' })).toBe('{"unparsed":"{oops"}');
  });
});
