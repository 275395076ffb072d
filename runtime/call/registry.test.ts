import { describe, expect, it } from 'vitest';
import type { Risk } from '../journal/record.ts';
import type { Callable } from './run.ts';
import { createRegistry } from './registry.ts';
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
  const registry = createRegistry([
    callableOf('reads'),
    callableOf('writes', 'write'),
    callableOf('above', 'read', ['reads', 'writes']),
    callableOf('far-above', 'read', ['reads', 'above']),
    callableOf('one', 'read', ['other']),
    callableOf('other', 'network', ['one', 'reads']),
  ]);

  it.each([
    ['reads', 'read', false],
    ['writes', 'write', true],
    ['far-above', 'write', true],
    ['one', 'network', true],
    ['nobody', 'read', false],
  ])('%s: %s', (name, risk, writes) => {
    expect(reachOf(name, registry)).toBe(risk);
    expect(mayWrite(reachOf(name, registry))).toBe(writes);
  });
});
