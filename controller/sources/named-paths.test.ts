import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkManifests } from '#crds';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { pathProblems } from './named-paths.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'orket-paths-')));
  for (const path of ['tools/words.ts', 'tools/lib/more.ts', 'team/own/mine.ts', 'notes/a.md']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  symlinkSync(tmpdir(), join(root, 'out'));
  symlinkSync(join(root, 'tools'), join(root, 'within'));
});
afterAll(() => rmSync(root, { recursive: true }));

function problems(kind: string, spec: string) {
  const head = `apiVersion: orket.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: a }\nspec:\n`;
  const checked = checkManifests(decodeManifest(join(root, 'team', 'm.yaml'), head + spec));
  expect(checked.problems).toEqual([]);
  return pathProblems(checked.resources, root);
}

const tools = '  tools: [{ name: a, inputSchema: {} }]\n';

function toolset(path: string, entry?: string) {
  const more = entry === undefined ? '' : `  entry: ${entry}\n`;
  return problems('Toolset', `  source: module\n  path: ${path}\n${more}${tools}`);
}

const refs = '  bandRef: { name: a }\n  venueRef: { name: a }\n  scoreRef: { name: a }\n';

describe('a path that a resource names', () => {
  it.each([
    ['a file', 'tools/words.ts', undefined],
    ['a file behind a link that stays inside', 'within/words.ts', undefined],
    ['a folder and the file in it', 'tools', 'lib/more.ts'],
    ['the root and the file in it', '.', 'tools/words.ts'],
  ])('may be %s', (_what, path, entry) => {
    expect(toolset(path, entry)).toEqual([]);
  });

  it.each<[string, string, string | undefined, object]>([
    [
      'is not there',
      'tools/word.ts',
      undefined,
      {
        reason: 'ToolsNotReachable',
        path: 'spec.path',
        line: 6,
        column: 3,
        found: '"tools/word.ts", nothing there',
        remedy: expect.stringContaining('Did you mean "words.ts"? Paths begin at the root of the work tree'),
      },
    ],
    [
      'begins at the manifest',
      'own/mine.ts',
      undefined,
      { remedy: expect.stringContaining('Write "team/own/mine.ts": paths begin at the root of the work tree') },
    ],
    ['is a folder', 'tools', undefined, { found: '"tools", a folder', remedy: expect.stringContaining('add entry') }],
    ['leads out by a link', 'out', 'a.ts', { found: '"out", a link that leads out of it' }],
    ['is a file with an entry', 'tools/words.ts', 'a.ts', { remedy: 'Name its folder.' }],
    ['has an entry that is not there', 'tools', 'lib/mroe.ts', { path: 'spec.entry', line: 7, column: 3 }],
  ])('is told where it %s', (_what, path, entry, told) => {
    expect(toolset(path, entry)).toMatchObject([{ file: join(root, 'team', 'm.yaml'), ...told }]);
  });

  it('is expected below the root, which is named', () => {
    expect(toolset('nowhere', 'a.ts')).toHaveLength(1);
    expect(toolset('nowhere/a.ts')).toMatchObject([{ expected: `a file below ${root}` }]);
    expect(toolset('tools', 'a.ts')).toMatchObject([{ expected: `a file below ${join(root, 'tools')}` }]);
  });

  it('may be one of a Flow', () => {
    const workspace = '  workspace:\n    domain: { path: . }\n    references:\n      - { name: a, path: notse }\n';
    expect(problems('Flow', refs + workspace)).toMatchObject([
      {
        reason: 'DomainNotReachable',
        path: 'spec.workspace.references[0].path',
        line: 11,
        remedy: expect.stringContaining('Did you mean "notes"?'),
      },
    ]);
    const wrong = workspace.replace('path: .', 'path: nowhere');
    expect(problems('Flow', refs + wrong).map(({ path }) => path)).toEqual([
      'spec.workspace.domain.path',
      'spec.workspace.references[0].path',
    ]);
    expect(problems('Flow', refs + workspace.replace('notse', 'notes'))).toEqual([]);
  });
});
