import { mkdtemp, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { canonicalCopy, type JsonValue } from '../canonical/json.ts';
import { memoryFiles } from '../../test/crds/memory-files.ts';
import { loadManifests } from './manifest.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';

function decoded(text: string): JsonValue {
  const { documents, problems } = decodeManifest('a.yaml', text);
  expect(problems).toEqual([]);
  return documents[0]?.value ?? null;
}

function isCanonical(value: unknown): boolean {
  try {
    canonicalCopy(value);
    return true;
  } catch {
    return false;
  }
}

function refused(text: string, file = 'a.yaml') {
  const { problems } = decodeManifest(file, text);
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe('decodeManifest', () => {
  it.each<[string, string, JsonValue]>([
    [
      'plain words as YAML 1.1',
      'a: [on, No, nO, 0777, 1:30, 2026-01-01, ~, "on", !!str on]',
      { a: [true, false, 'nO', 511, '1:30', '2026-01-01', null, 'on', 'on'] },
    ],
    ['keys as strings', '{0x10: a, true: b, 1.5: c}', { '16': 'a', true: 'b', '1.5': 'c' }],
    ['aliases', 'a: &x [1, {b: c}]\nd: *x', { a: [1, { b: 'c' }], d: [1, { b: 'c' }] }],
    [
      'merge keys',
      'base: &b {v: 1, w: 2}\nall:\n  <<: *b\n  z: 3',
      { base: { v: 1, w: 2 }, all: { v: 1, w: 2, z: 3 } },
    ],
    ['lists of merged maps', '<<: [{v: 1}, {w: 2}]', { v: 1, w: 2 }],
    ['a quoted << as a key', '"<<": 1', { '<<': 1 }],
    ['values not written as null', 'a:\nb: ""', { a: null, b: '' }],
    ['block scalars', 'a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['a key __proto__ as data', '__proto__: {admin: true}', JSON.parse('{"__proto__": {"admin": true}}')],
    ['a byte order mark as nothing', '\ufeffa: 1', { a: 1 }],
    ['characters beyond the basic plane', 'a: "😀 \\U0001F600 \\\\ud83d"', { a: '😀 😀 \\ud83d' }],
    ['the directive of YAML 1.1', '%YAML 1.1\n---\na: 1', { a: 1 }],
    ['explicit tags that fit', '[!!int "5", !!float 1.5, !!bool "true", !!null ""]', [5, 1.5, true, null]],
  ])('reads %s', (_name, text, value) => {
    expect(decoded(text)).toEqual(value);
  });

  it.each<[string, string, string, number, number]>([
    ['text that does not parse', 'a: 1\nb: [1, 2\nc: }', 'InvalidSyntax', 3, 1],
    ['a tab as indentation', 'a:\n\tb: 1', 'InvalidSyntax', 2, 1],
    ['duplicate keys', 'a: 1\nb: 2\na: 3', 'DuplicateKey', 3, 1],
    ['keys that become the same text', 'true: 1\non: 2', 'DuplicateKey', 2, 1],
    ['a merged key written again', 'x: &x {a: 1}\ny:\n  <<: *x\n  a: 2', 'DuplicateKey', 4, 3],
    ['null as a key', 'a: 1\n~: 2', 'InvalidKey', 2, 1],
    ['a list as a key', '? [a]\n: 1', 'InvalidKey', 1, 3],
    ['infinity', 'a: .inf', 'UnsafeNumber', 1, 4],
    ['an unsafe integer', 'a: 9007199254740993', 'UnsafeNumber', 1, 4],
    ['another version of YAML', '%YAML 1.2\n---\na: 1', 'UnsupportedYaml', 1, 1],
    ['an unknown alias', 'a: *b', 'UnknownAlias', 1, 4],
    ['an anchor that contains itself', 'a: &a\n  - *a', 'UnknownAlias', 2, 5],
    ['a merge of a list', '<<: [1]', 'InvalidMerge', 1, 5],
    ["a tag of one's own", 'a: !mine 1', 'UnsupportedTag', 1, 10],
    ['a tag that does not fit', 'a: !!int x', 'UnsupportedTag', 1, 10],
    ['an integer tag on a fraction', 'a: !!int 1.0', 'UnsupportedTag', 1, 10],
    ['an escape of YAML 1.2', 'a: "x\\/y"', 'InvalidSyntax', 1, 6],
    ['a tab before the text of a block', 'a: |\n  \n  \tb', 'InvalidSyntax', 3, 3],
    ['escaped surrogates', 'a: "\\ud83d\\ude00"', 'InvalidSyntax', 1, 4],
    ['a control character', 'a: 1\nb: "\u0007"', 'InvalidCharacter', 2, 5],
    ['a line end that only YAML 1.1 knows', 'a: "x\u2028y"', 'InvalidCharacter', 1, 6],
  ])('refuses %s', (_name, text, reason, line, column) => {
    expect(refused(text)).toMatchObject({ stage: 'decode', reason, line, remedy: expect.stringMatching(/\.$/) });
    if (reason !== 'InvalidSyntax') expect(refused(text)).toMatchObject({ line, column });
  });

  it.each([
    ['lists within lists', '['.repeat(1_000_000)],
    ['dashes', '- '.repeat(100_000)],
    ['maps within maps', Array.from({ length: 3_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['keys within keys', '? '.repeat(50_000)],
    ['many values', `[${'1,'.repeat(1_000_000)}]`],
    ['many anchors', '&a '.repeat(300_000)],
    [
      'an alias bomb',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefghij')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]}, `.repeat(9)}]`)
        .join('\n')}`,
    ],
    ['deep JSON', '['.repeat(100_000), 'a.json'],
  ])('ends a bomb of %s with one error', (_name, text, file = 'a.yaml') => {
    const start = performance.now();
    expect(refused(text, file)?.reason).toMatch(/ManifestTooLarge|InvalidSyntax/);
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it('reads back whatever a writer of YAML 1.1 makes of JSON', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('y', 'on', '1:30', '0x1', '~', '- a', 'a: b', ' x', '#', '|'),
    );
    const json = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 4 });
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(json, text), { noNullPrototype: true }), (made) => {
        fc.pre(isCanonical(made) && !/[\u0085\u2028\u2029\ufffe\uffff]/.test(JSON.stringify(made)));
        const { value } = canonicalCopy(made);
        expect(decoded(stringify({ value }, { version: '1.1' }))).toEqual({ value });
      }),
      { numRuns: 120 },
    );
  });

  it('locates fields, and of missing ones what is nearest above', () => {
    const text =
      'kind: Flow\nmetadata:\n  annotations:\n    a.b/c: x\nspec:\n  roles:\n    - name: a\n      prompt: b\n    - {name: c}\n';
    const locate = decodeManifest('f.yaml', text).documents[0]?.locate;
    expect(locate?.('spec.roles[1].name')).toEqual({ file: 'f.yaml', line: 9, column: 8 });
    expect(locate?.('spec.roles[1].prompt')).toMatchObject({ line: 9, column: 7 });
    expect(locate?.('spec.roles[7].name')).toMatchObject({ line: 6, column: 3 });
    expect(locate?.('metadata.annotations.a.b/c')).toMatchObject({ line: 4, column: 5 });
    expect(locate?.('metadata.annotations[a.b/c]')).toMatchObject({ line: 4, column: 5 });
    expect(locate?.('metadata.name')).toMatchObject({ line: 2, column: 1 });
    expect(locate?.('')).toMatchObject({ line: 1, column: 1 });
  });

  it('reads JSON strictly and locates its fields', () => {
    const { documents } = decodeManifest('f.json', '{\n  "a": {"b": "\\ud83d\\ude00"}\n}');
    expect(documents[0]?.value).toEqual({ a: { b: '😀' } });
    expect(documents[0]?.locate('a.b')).toEqual({ file: 'f.json', line: 2, column: 9 });
    expect(refused('{"a": 1,\n "a": 2}', 'f.json')).toMatchObject({ reason: 'InvalidSyntax', line: 2, column: 2 });
  });
});

const ours = 'apiVersion: orket.dev/v1alpha1\nkind: Flow';

describe('loadManifests', () => {
  it('takes files in order of their paths, without dot folders, node_modules and other files', async () => {
    const files = memoryFiles({
      'm/b.yaml': `${ours}\n---\n---\n${ours}`,
      'm/a/z.yml': ours,
      'm/c.json': '{"kind": "Flow"}',
      'm/.git/x.yaml': ours,
      'm/node_modules/y.yaml': ours,
      'm/package.json': '{}',
      'm/README.md': '# no',
    });
    const { documents, problems } = await loadManifests(['m', 'm/b.yaml'], files);
    expect(problems).toEqual([]);
    expect(documents.map(({ file }) => file)).toEqual(['m/a/z.yml', 'm/b.yaml', 'm/b.yaml', 'm/c.json']);
  });

  it('collects what is wrong in each file', async () => {
    const bytes = new Uint8Array([0xff, 0xfe]);
    const files = memoryFiles({ 'm/a.yaml': `${ours}\na: [`, 'm/b.yaml': ours, 'm/c.yaml': bytes });
    const { documents, problems } = await loadManifests(['m', 'm/c.yaml', 'nowhere'], files);
    expect(documents).toHaveLength(1);
    expect(problems.map(({ file, reason }) => [file, reason])).toEqual([
      ['nowhere', 'NotFound'],
      ['m/a.yaml', 'InvalidSyntax'],
      ['m/c.yaml', 'InvalidCharacter'],
    ]);
  });

  it('ends 10,000 documents with one error', async () => {
    const { problems } = await loadManifests(
      ['a.yaml'],
      memoryFiles({ 'a.yaml': '---\na: 1\n'.repeat(10_000), 'b.yaml': 'b: 1' }),
    );
    expect(problems).toMatchObject([{ reason: 'ManifestTooLarge', expected: 'at most 2000 documents' }]);
  });

  it('ends a set of files that is too large in all with one error', async () => {
    const large = `"${'x'.repeat(3_900_000)}"`;
    const files = memoryFiles(Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`m/${index}.json`, large])));
    const { documents, problems } = await loadManifests(['m'], files);
    expect(documents.length).toBeLessThan(12);
    expect(problems).toMatchObject([{ reason: 'ManifestTooLarge', expected: 'at most 33554432 bytes in all files' }]);
  });

  it('reads no more of a 50 MiB file than its bound, and follows no links in folders', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orket-manifest-'));
    try {
      await mkdir(join(folder, 'sub'));
      await writeFile(join(folder, 'large.yaml'), '');
      await truncate(join(folder, 'large.yaml'), 50 * 1024 * 1024);
      await writeFile(join(folder, 'sub', 'ok.yaml'), ours);
      await symlink('/etc/passwd', join(folder, 'foreign.yaml'));
      await symlink(join(folder, 'gone'), join(folder, 'lost.yaml'));
      await symlink(join(folder, 'sub', 'ok.yaml'), join(folder, 'twin.yaml'));
      const { documents, problems } = await loadManifests([folder, join(folder, 'large.yaml')]);
      expect(documents).toMatchObject([{ value: { kind: 'Flow' } }]);
      expect(problems.map(({ file, reason, found }) => [file, reason, found])).toEqual([
        [join(folder, 'lost.yaml'), 'NotAFile', 'a link'],
        [join(folder, 'large.yaml'), 'ManifestTooLarge', 'more'],
        [join(folder, 'twin.yaml'), 'NotAFile', 'a link'],
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
