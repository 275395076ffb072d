import { describe, expect, it } from 'vitest';
import { fakeShell } from '../test/cli/fake-shell.ts';
import { exitCodes } from './exit.ts';
import { execute } from './program.ts';

async function saidOf(...args: string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const { shell, said } = fakeShell();
  const code = await execute(args, shell, '0.0.0');
  expect(said.answers).toEqual([]);
  return { code, lines: said.errors.join('\n').split('\n') };
}

describe('a command line that nothing can be made of', () => {
  it('is told with place, what was expected, what was found and what to do, and ends with the code for usage', async () => {
    expect(await saidOf('run', 'here', '--inptu', 'a=b')).toEqual({
      code: exitCodes.usage,
      lines: [
        'orket: run --inptu: there is no such option (ORK-1000 Usage)',
        expect.stringMatching(/^ {2}expected one of --flow, --input, .*, found "--inptu"$/),
        '  Did you mean "--input"? See what it takes with `orket run --help`.',
      ],
    });
  });

  it.each([
    [['frok'], 'frok: there is no such verb', /one of run, .*, found "frok"/, 'Did you mean "fork"? '],
    [['--vrsion'], '--vrsion: there is no such option', /one of --version, --help, /, 'Did you mean "--version"? '],
    [['validate'], 'validate: an argument is missing', /orket validate .*<path\.\.\.>, found no <path>/, ''],
    [['tree', 'a', 'b', 'c'], 'tree: there are too many arguments', /<session>, found 3 arguments, from "b" on/, ''],
    [['run', 'a', '--flow'], 'run --flow: it lacks its value', /--flow <name>, found nothing/, ''],
    [
      ['get', 'flows', '-o', 'ymal'],
      'get --output: it does not take',
      /text, .*, found "ymal"/,
      'Did you mean "yaml"? ',
    ],
    [
      ['adjust', 'a', 'skpi'],
      'adjust <op>: it does not take',
      /one of skip, .*, found "skpi"/,
      'Did you mean "skip"? ',
    ],
    [['run', 'a', '--input', "it's"], 'run --input: it does not take', /KEY=VALUE, found "it's"/, ''],
    [['run', 'a', '--park-after', 'x'], 'run --park-after: it does not', /a number of seconds, at most 86400, /, ''],
    [['fork', 'a', '--at', 'x~1'], 'fork --at: it does not take', /a path without attempts, .*, found "x~1"/, ''],
    [['verify', 'a', '--anchor', '1'], 'verify --anchor: it does not take', /SEQ:HEAD, .*, found "1"/, ''],
  ])('%j is told as %s', async (args, summary, facts, near) => {
    const { code, lines } = await saidOf(...args);
    const [first, second, third, ...more] = lines;
    expect([code, more]).toEqual([exitCodes.usage, []]);
    expect(first).toContain(`orket: ${summary}`);
    expect(second).toMatch(facts);
    expect(third).toMatch(
      new RegExp(`^ {2}${near.replace('?', '\\?')}See what it takes with \`orket [a-z -]*--help\`\\.$`),
    );
  });

  it('shows no more of what it was given than fits on a line', async () => {
    const { lines } = await saidOf('x'.repeat(10_000));
    expect(lines.join('\n').length).toBeLessThan(600);
  });
});
