import { OrketError } from '#crds';
import { describe, expect, it } from 'vitest';
import { semanticsOf } from '../semantics/semantics.ts';
import { globOf, patternOf } from './pattern.ts';

const { fileLimits } = semanticsOf(1);

describe('a pattern', () => {
  it.each([
    ['TODO', 'a TODO', 2],
    ['a/b', 'x a/b', 2],
    ['(?i)todo', 'a TODO', 2],
    ['f[aeiou]+t$', 'to foot', 3],
    ['^x', 'ax', -1],
    ['\\.ts', 'a.ts', 1],
  ])('%s is found in %j at %i', async (source, line, at) => {
    expect((await patternOf(source, fileLimits)).find(line)).toBe(at);
  });

  it.each([
    ['', 'nothing'],
    ['(', 'missing'],
    ['a'.repeat(513), '513'],
    ['(((a{10}){10}){10}){10}', 'repeat'],
    ['(a{999}b{999}c{999})', 'instructions'],
    ['(a)\\1', 'escape'],
  ])('%j is refused', async (source, said) => {
    const failure = await patternOf(source, fileLimits).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OrketError);
    expect(failure).toMatchObject({ reason: 'InputRefused', message: expect.stringContaining(said) });
  });

  it('takes time in proportion to the line, also where others take forever', async () => {
    const line = 'a'.repeat(4096);
    for (const source of ['(a+)+$b', '(a|a)*b', '(a|b)*a(a|b){100}c', '(.*a){20}b']) {
      expect((await patternOf(source, fileLimits)).find(line)).toBe(-1);
    }
  }, 5_000);
});

describe('a glob', () => {
  it.each([
    ['**', 'a/b.ts', true],
    ['*.ts', 'a/b.ts', true],
    ['*.ts', 'a/b.tsx', false],
    ['*.{ts,js}', 'a/b.js', true],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/x/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/x/y/a.ts', true],
    ['src/**', 'src/x/y', true],
    ['**/test/*', 'a/test/b', true],
    ['a?c', 'abc', true],
    ['a.c', 'abc', false],
    ['[x]+(y)', '[x]+(y)', true],
    ['{x', '{x', true],
  ])('%s against %s is %s', async (glob, path, answer) => {
    expect((await globOf(glob, fileLimits))(path)).toBe(answer);
  });
});
