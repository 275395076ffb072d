import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canonicalCopy } from '#crds';
import { editable, editorOf } from './editor.ts';
import { unseen } from './gate-text.ts';

describe('the input of a call in an editor', () => {
  it('is YAML with a word on what to do', () => {
    const text = editable({ path: 'a.txt', text: 'one\ntwo\n' }, 'g12');
    expect(text).toContain('\npath: a.txt\ntext: |\n  one\n  two\n');
    expect(text).toMatch(/^# The input of g12\. /);
  });

  it('says what it said before, whatever that is', () => {
    const point = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }));
    const text = fc.array(point, { maxLength: 24 }).map((points) => String.fromCodePoint(...points));
    const value = fc.dictionary(
      text,
      fc.oneof(text, fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.array(text, { maxLength: 2 })),
      {
        maxKeys: 4,
      },
    );
    fc.assert(
      fc.property(value, (input) => {
        const plain = canonicalCopy(input).value;
        expect(canonicalCopy(parse(editable(plain, 'g1'))).value).toEqual(plain);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('hides nothing, and keeps what a model wrote away from the lines that editors take settings from', () => {
    const text = editable({ a: 'vim: set modeline:', b: '\u001b[31m\u202eevil\u{e0041}\u00a0x\ty' }, 'g1');
    const lines = text.trimEnd().split('\n');
    expect(text.replaceAll('\n', '').search(unseen)).toBe(-1);
    expect([...lines.slice(0, 6), ...lines.slice(-6)].every((line) => line.startsWith('#'))).toBe(true);
  });

  it('is opened in VISUAL, else in EDITOR, else in none', () => {
    expect(editorOf({ environment: { VISUAL: 'code --wait', EDITOR: 'vi' } })).toBe('code --wait');
    expect(editorOf({ environment: { VISUAL: ' ', EDITOR: 'vi' } })).toBe('vi');
    expect(editorOf({ environment: {} })).toBeNull();
  });
});
