import { describe, expect, it } from 'vitest';
import type { Risk } from '../journal/record.ts';
import type { Callable, Capability } from './run.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { createRegistry, findCallables } from './registry.ts';
import { mayWrite, reachOf } from './risk.ts';

function callableOf(name: string, risk: Risk = 'read', calls: readonly string[] = []): Callable {
  return {
    name,
    kind: 'tool',
    description: '',
    inputSchema: {},
    outputSchema: null,
    risk,
    calls,
    recovery: 'safe',
    timeoutMs: null,
    perform: async () => null,
  };
}

describe('a registry', () => {
  it('refuses two callables of one name', () => {
    expect(() => createRegistry([callableOf('a'), callableOf('b'), callableOf('a')])).toThrow(
      'two callables have the name "a"',
    );
  });
});

describe('what a callable may come to do', () => {
  const { calls: _calls, ...rest } = callableOf('calls-anything');
  const mayCallAll: Callable = { ...rest, reentrant: true };
  const registry = createRegistry([
    callableOf('reads'),
    callableOf('writes', 'write'),
    callableOf('above', 'read', ['reads', 'writes']),
    callableOf('far-above', 'read', ['reads', 'above']),
    callableOf('one', 'read', ['other']),
    callableOf('other', 'network', ['one', 'reads']),
    mayCallAll,
  ]);

  it.each([
    ['reads', 'read', false],
    ['writes', 'write', true],
    ['far-above', 'write', true],
    ['one', 'network', true],
    ['nobody', 'read', false],
    ['calls-anything', 'network', true],
  ])('%s: %s', (name, risk, writes) => {
    expect(reachOf(name, registry)).toBe(risk);
    expect(mayWrite(reachOf(name, registry))).toBe(writes);
  });
});

describe('what can do something', () => {
  const text = { type: 'object', properties: { text: { type: 'string', description: 'What to read.' } } };
  const registry = createRegistry([
    { ...callableOf('summariser'), kind: 'role', tags: ['summary', 'text'], inputSchema: text },
    { ...callableOf('shop.shorten', 'write'), tags: ['summary'], outputSchema: { type: 'string' } },
    { ...callableOf('shop.order', 'network'), inputSchema: text },
  ]);

  it.each<[string, Capability, readonly string[]]>([
    ['nothing named', {}, ['shop.order', 'shop.shorten', 'summariser']],
    ['a kind', { kind: 'role' }, ['summariser']],
    ['a tag', { tags: ['summary'] }, ['shop.shorten', 'summariser']],
    ['all of several tags', { tags: ['text', 'summary'] }, ['summariser']],
    ['a risk and less', { risk: 'write' }, ['shop.shorten', 'summariser']],
    ['an output', { outputSchema: { type: 'string', title: 'In other words' } }, ['shop.shorten']],
    [
      'an input, whatever is said of it',
      { inputSchema: { properties: { text: { type: 'string' } }, type: 'object' } },
      ['shop.order', 'summariser'],
    ],
    ['everything together', { kind: 'tool', tags: ['summary'], risk: 'read' }, []],
  ])('is found by %s', (_what, wanted, names) => {
    const found = findCallables({ registry, semantics: semanticsOf(1) }, wanted);
    expect(found.map(({ name }) => name)).toEqual(names);
  });
});
