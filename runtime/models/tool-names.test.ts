import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromWireName, toWireName } from './tool-names.ts';

const toolset = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const tool = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/);

describe('names of tools on the wire', () => {
  it('come back as they were, and hold only what servers allow', () => {
    fc.assert(
      fc.property(toolset, tool, (left, right) => {
        const name = `${left}.${right}`;
        expect(toWireName(name)).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(fromWireName(toWireName(name))).toBe(name);
      }),
    );
  });

  it('leave the name of a role alone', () => {
    expect(toWireName('fact-checker')).toBe('fact-checker');
    expect(fromWireName('fact-checker')).toBe('fact-checker');
  });

  it('split a name nobody offered at its first separator', () => {
    expect(fromWireName('no__such__tool')).toBe('no.such__tool');
  });
});
