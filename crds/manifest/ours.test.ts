import { describe, expect, it } from 'vitest';
import { checkManifests } from './check.ts';
import { loadManifests } from './manifest.ts';
import { memoryFiles } from '../../test/crds/memory-files.ts';

const flow = 'apiVersion: orket.dev/v1alpha1\nkind: Flow\nmetadata: { name: a }\n';
const version = 'Did you mean "orket.dev/v1alpha1"? Write apiVersion: orket.dev/v1alpha1.';

async function check(text: string, path = 'm', file = 'm/x.yaml') {
  return checkManifests(await loadManifests([path], memoryFiles({ [file]: text })));
}

describe('a folder', () => {
  it.each([
    ['a file of Compose', 'services:\n  web: { image: orket }\n'],
    ['a workflow', 'on: push\njobs: {}\n'],
    ['a template of Helm', 'apiVersion: apps/v1\nkind: Deployment\n{{- if .Values.a }}\nspec: {{ .Values.b }}\n'],
    ['a template of another Policy', 'apiVersion: kyverno.io/v1\nkind: Policy\nspec: {{ .Values.b }}\n'],
    ['an object of another group', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: orket.dev }\n'],
    ['a kind of ours that is of another group', 'apiVersion: kyverno.io/v1\nkind: Policy\nmetadata: { name: a }\n'],
    ['a text', 'just words\n'],
    ['a list', '- kind: Flow\n'],
    ['a file of locks', `packages:\n${'  - { name: a, version: 1 }\n'.repeat(40_000)}`],
    ['bytes', new Uint8Array([0xff, 0xfe, 0x00])],
  ])('may hold %s beside manifests', async (_what, text) => {
    const files = memoryFiles({ 'm/x.yaml': text, 'm/flow.yaml': flow, 'm/package.json': '{"kind": 1, // no\n}' });
    const { documents, problems } = await loadManifests(['m'], files);
    expect({ problems, files: documents.map(({ file }) => file) }).toEqual({ problems: [], files: ['m/flow.yaml'] });
  });

  it.each([
    ['another version of it', flow.replace('v1alpha1', 'v1alpha2'), 'apiVersion', version],
    ['another group that is called so', flow.replace('.dev', '.io'), 'apiVersion', version],
    ['a misspelt group', flow.replace('orket', 'okret'), 'apiVersion', version],
    ['no group at all', flow.replace('orket.dev/', ''), 'apiVersion', 'Write apiVersion: orket.dev/v1alpha1.'],
    ['no apiVersion', flow.replace(/^.*\n/, ''), 'apiVersion', 'Write apiVersion: orket.dev/v1alpha1.'],
    ['a misspelt key', flow.replace('apiV', 'apiv'), 'apiVersion', 'The key is apiVersion, not "apiversion".'],
    ['a misspelt kind', flow.replace('Flow', 'Flwo'), 'kind', 'Did you mean "Flow"?'],
    ['a misspelt key of its kind', flow.replace('kind', 'kidn'), 'kind', 'The key is kind, not "kidn".'],
  ])('with what has %s is told of it', async (_what, text, path, remedy) => {
    const { problems } = await check(`services: {}\n---\n${text}`);
    expect(problems).toMatchObject([{ file: 'm/x.yaml', path, remedy: expect.stringContaining(remedy) }]);
    expect(problems[0]?.line).toBeGreaterThan(2);
  });

  it('is told of a file that cannot be read and may hold a manifest', async () => {
    const broken = `services: {}\n---\n${flow}spec: [\n`;
    expect((await check(broken)).problems).toMatchObject([{ reason: 'InvalidSyntax', file: 'm/x.yaml' }]);
    const json = '{"apiVersion": "orket.dev/v1alpha1", "kind": "Flow",}';
    expect((await check(json, 'm', 'm/x.json')).problems).toMatchObject([{ reason: 'InvalidSyntax', line: 1 }]);
  });
});

describe('a file that is named', () => {
  it.each([
    ['holds nothing', '# nothing\n'],
    ['holds objects of other groups alone', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'],
  ])('is never left out without a word: %s', async (_what, text) => {
    const { problems } = await check(text, 'm/x.yaml');
    expect(problems).toMatchObject([{ file: 'm/x.yaml', line: 1, message: 'this file holds no manifest of Orket' }]);
  });

  it('is judged whatever it holds', async () => {
    expect((await check('services: {}\n', 'm/x.yaml')).problems).toMatchObject([
      { path: 'apiVersion' },
      { path: 'kind' },
    ]);
    expect((await check('a: [\n', 'm/x.yaml')).problems).toMatchObject([{ reason: 'InvalidSyntax' }]);
  });

  it('may hold objects of other groups beside manifests', async () => {
    const both = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\n${flow.replace('Flow', 'Flwo')}`;
    expect((await check(both, 'm/x.yaml')).problems).toMatchObject([{ path: 'kind' }]);
  });
});
