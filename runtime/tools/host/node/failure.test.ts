import { describe, expect, it } from 'vitest';
import { messageOf } from './failure.ts';

const tree = '/srv/orket host/tool';

function thrown(message: string, ...frames: readonly string[]): Error {
  const error = new Error(message);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

describe('what a tool threw', () => {
  it.each([
    [
      'the innermost line of its own code',
      thrown(
        'no',
        'JSON.parse (<anonymous>)',
        'read (file:///srv/orket%20host/tool/deep/a.ts:7:9)',
        'file:///srv/orket%20host/tool/b.ts:1:2',
      ),
      'no (deep/a.ts:7)',
    ],
    ['nothing of code that is not its own', thrown('no', 'call (file:///opt/orket/tool-host/node.mjs:3:1)'), 'no'],
    [
      'files from the folder of the Toolset',
      thrown("Cannot find module '/srv/orket host/tool/x.ts' imported from file:///srv/orket%20host/tool/y.ts"),
      "Cannot find module 'x.ts' imported from y.ts",
    ],
    ['what is no error as it is', 'just a text', 'just a text'],
  ])('is told with %s', (_what, error, message) => {
    expect(messageOf(error, tree)).toBe(message);
  });

  it('is bounded and keeps its place', () => {
    const told = messageOf(thrown('x'.repeat(10_000), 'f (file:///srv/orket%20host/tool/a.ts:7:9)'), tree);
    expect(told).toHaveLength(4_096);
    expect(told).toMatch(/x \(a\.ts:7\)$/);
  });
});
