import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

function bench(...args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, stdout };
}

it('npm run bench measures what it says, with few rounds as with many', () => {
  const { status, stdout } = bench('--tiny', 'step', 'size', 'journal', 'resume', 'replay', 'beside', 'approval');
  expect(stdout).not.toContain('not measured');
  expect(status).toBe(0);
  for (const name of ['step', 'size', 'journal', 'resume', 'replay', 'beside', 'approval']) {
    expect(stdout).toContain(`\`npm run bench -- ${name}\``);
  }
  const figures = stdout.split('\n').filter((line) => /^\| [^W-].* \d/.test(line));
  expect(figures).toHaveLength(9 + 3 + 3 + 3 + 4 + 4 + 1);
  expect(stdout).toContain('## Bars that were missed');
});

it('npm run bench says what it knows where it is asked for something else', () => {
  expect(bench('size', 'speed')).toEqual({ status: 2, stdout: '' });
});
