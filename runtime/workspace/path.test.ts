import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { parsePath } from './path.ts';
import { PathRefused } from './refusal.ts';

const { fileLimits } = semanticsOf(1);

function ruleOf(text: string): string {
  try {
    return parsePath(text, fileLimits).text;
  } catch (error) {
    if (error instanceof PathRefused) return error.rule;
    throw error;
  }
}

describe('a path', () => {
  it.each([
    ['a/b.md', 'workspace:a/b.md'],
    ['workspace:a/b.md', 'workspace:a/b.md'],
    ['workspace:', 'workspace:'],
    ['', 'workspace:'],
    ['.', 'workspace:'],
    ['domain:src/main.ts', 'domain:src/main.ts'],
    ['launch:README.md', 'launch:README.md'],
    ['reference:handbook:x/y', 'reference:handbook:x/y'],
    ['reference:handbook', 'reference:handbook:'],
    ['workspace:2024:notes.md', 'workspace:2024:notes.md'],
    ['workspace:..a/b..', 'workspace:..a/b..'],
    ['workspace:%2e%2e/x', 'workspace:%2e%2e/x'],
    ['~/x', 'workspace:~/x'],
  ])('%j is read as %s', (text, path) => {
    expect(ruleOf(text)).toBe(path);
  });

  it.each([
    ['../x', 'parent-segment'],
    ['a/../../x', 'parent-segment'],
    ['domain:..', 'parent-segment'],
    ['./x', 'dot-segment'],
    ['a/./b', 'dot-segment'],
    ['/etc/passwd', 'absolute'],
    ['domain:/etc/passwd', 'absolute'],
    ['a//b', 'empty-segment'],
    ['a/', 'empty-segment'],
    ['..\\x', 'backslash'],
    ['a\0b', 'control-character'],
    ['a\nb', 'control-character'],
    ['a\u202Eb', 'control-character'],
    ['a\uD800', 'lone-surrogate'],
    ['a\uFFFD', 'not-utf8'],
    [`${'n'.repeat(256)}`, 'too-long'],
    [`${'ü'.repeat(128)}`, 'too-long'],
    ['x/'.repeat(3000), 'too-long'],
    ['x/'.repeat(64) + 'x', 'too-deep'],
    ['C:\\x', 'unknown-space'],
    ['file:///etc/passwd', 'unknown-space'],
    ['Workspace:x', 'unknown-space'],
    ['reference:../x:y', 'unknown-space'],
    ['reference::x', 'unknown-space'],
    ['a/b:c', 'unknown-space'],
  ])('%j is refused by rule %s', (text, rule) => {
    expect(ruleOf(text)).toBe(rule);
  });

  it.each([
    '.git/config',
    'a/.git/config',
    'domain:.orket',
    '.GIT/config',
    '.Git',
    '.g\u200Cit/config',
    '.git\u00AD',
    '.git./config',
    '.git /config',
    'workspace:.git::$INDEX_ALLOCATION/config',
    'git~1/config',
    '\uFF0Egit/config',
    '.orket-tmp-0',
  ])('%j stands for what nobody may see', (text) => {
    expect(ruleOf(text)).toBe('reserved-name');
  });

  it.each(['.gitignore', '.github/x', 'git', 'a.git', '.orketrc'])('%j is a name like any other', (text) => {
    expect(ruleOf(text)).toBe(`workspace:${text}`);
  });

  it('is read back as it was written, whatever it is, or refused with a rule and a path that can be recorded', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        'a',
        '.',
        '/',
        ':',
        '\\',
        '\0',
        '~',
        ' ',
        'é',
        '\uD800',
        '\u200C',
        '.git',
        '..',
        'domain',
        'reference:r',
      ),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: anyCharacter })), (text) => {
        try {
          const path = parsePath(text, fileLimits);
          expect(parsePath(path.text, fileLimits)).toEqual(path);
          for (const segment of path.segments) expect(segment).not.toMatch(/^$|^\.{1,2}$|[\\/\0]/);
        } catch (error) {
          if (!(error instanceof PathRefused)) throw error;
          expect(error.path.isWellFormed()).toBe(true);
          expect(error.message).toContain(error.rule);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
