import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root, Sandbox } from './sandbox.ts';

/** The page that tells how to write a tool: what it shows is run, letter by letter. */
const page = readFileSync(join(root, 'docs/tasks/write-a-tool.md'), 'utf8');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

function blocks(language: string): readonly string[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, word, text = '']) =>
    word === language ? [text] : [],
  );
}

function only(texts: readonly string[], word: string): string {
  const [text, second] = texts.filter((one) => one.includes(word));
  if (text === undefined || second !== undefined) throw new Error(`not one block of the page has ${word}`);
  return text;
}

describe('docs/tasks/write-a-tool.md', () => {
  // Three runs of the command line, each with hosts of its own.
  it(
    'shows a tool in TypeScript, one in Python, and one that finds and calls whichever there is',
    { timeout: 120_000 },
    async () => {
      const [console_ = ''] = blocks('console');
      const [, command = '', expected = ''] = /^\$ orket (.*)\n([\s\S]*)$/.exec(console_) ?? [];
      const args = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
      const words = only(blocks('yaml'), 'name: words');
      const python = words.replace('source: module', 'source: python').replace('words.ts', 'words.py');
      const tagged = python.replace('risk: read', 'risk: read\n      tags: [counting]');
      sandbox.write('module/words.yaml', words);
      sandbox.write('module/tools/words.ts', only(blocks('ts'), "name: 'count'"));
      sandbox.write('python/words.yaml', tagged);
      sandbox.write('python/tools/words.py', only(blocks('python'), 'def count'));
      sandbox.write(
        'python/reports.yaml',
        only(blocks('yaml'), 'name: reports').replace('tools/report.ts', 'ts/report.ts'),
      );
      sandbox.write('python/ts/report.ts', only(blocks('ts'), "name: 'report'"));
      sandbox.write('texts.yaml', 'texts: [one, one two, one two three four]\n');

      for (const folder of ['module', 'python']) {
        const run = await sandbox.start(args, { cwd: join(sandbox.path, folder) }).ended;
        expect(run.code, run.stderr).toBe(0);
        expect(run.stdout).toBe(expected);
      }
      const report = ['call', 'reports.report', '.', '--inputs', '../texts.yaml'];
      const run = await sandbox.start(report, { cwd: join(sandbox.path, 'python') }).ended;
      expect(run.code, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toEqual([1, 2, 4]);
    },
  );

  it('declares Toolsets that are valid, for the code that it shows', async () => {
    for (const [index, text] of blocks('yaml').entries()) sandbox.write(`all/${index}.yaml`, text);
    sandbox.write('all/tools/words.ts', only(blocks('ts'), "name: 'count'"));
    sandbox.write('all/tools/report.ts', only(blocks('ts'), "name: 'report'"));
    sandbox.write('all/tools/shop.py', only(blocks('python'), 'def order'));
    const validated = await sandbox.orket('validate', 'all');
    expect(validated.code, validated.output).toBe(0);
  });
});
