import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from './exit.ts';
import { execute, verbs } from './program.ts';
import { fakeShell } from '../test/cli/fake-shell.ts';

const file = join(import.meta.dirname, '../docs/reference/cli.md');
const names = [
  'orket',
  'run',
  'call',
  'validate',
  'get',
  'describe',
  'events',
  'tree',
  'approve',
  'deny',
  'pause',
  'resume',
  'cancel',
  'retry',
  'fork',
  'adjust',
  'verify',
  'repair',
  'replay',
  'export',
  'diff',
  'explain',
];

async function helpOf(name: string): Promise<string> {
  const { shell, said } = fakeShell();
  expect(await execute(name === 'orket' ? ['--help'] : [name, '--help'], shell, '0.0.0')).toBe(0);
  return said.answers.join('\n');
}

/** The block below the heading of a verb. */
function blockOf(page: string, name: string): RegExpExecArray | null {
  return new RegExp(`(^## \`?${name}\`?\\n[^]*?\`\`\`text\\n)([^]*?)(\\n\`\`\`\\n)`, 'm').exec(page);
}

// With ORKET_UPDATE_REFERENCE=1 the blocks are written anew; what stands around them is prose and stays.
const update = process.env['ORKET_UPDATE_REFERENCE'] === '1';

describe('docs/reference/cli.md', () => {
  it('has a chapter for every verb', () => {
    expect(names).toHaveLength(verbs.length + 1);
  });

  it.each(names)('shows the help of %s as it is printed', async (name) => {
    const help = await helpOf(name);
    const page = readFileSync(file, 'utf8');
    const block = blockOf(page, name);
    expect(block, `a chapter "## ${name}" with a block \`\`\`text`).not.toBeNull();
    if (update)
      writeFileSync(
        file,
        page.replace(block?.[0] ?? '', () => `${block?.[1]}${help}${block?.[3]}`),
      );
    else expect(block?.[2]).toBe(help);
  });

  it('explains every exit code', () => {
    const page = readFileSync(file, 'utf8');
    const explained = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(explained).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
  });
});
