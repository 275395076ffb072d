import { describe, expect, it } from 'vitest';
import { checkManifests, type CheckOptions } from './check.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { placeOf } from './place.ts';

function score(name: string, more = ''): string {
  return `apiVersion: orket.dev/v1alpha1\nkind: Score\nmetadata:\n  name: ${name}${more}\nspec:\n  steps:\n    - id: one\n      tool: files.list\n`;
}

function check(text: string, options?: CheckOptions) {
  return checkManifests(decodeManifest('m.yaml', text), options);
}

describe('checkManifests', () => {
  it('gives valid resources with defaults, namespace and place', () => {
    const { resources, problems } = check(score('a'));
    expect(problems).toEqual([]);
    expect(resources).toMatchObject([{ kind: 'Score', metadata: { name: 'a', namespace: 'default' } }]);
    const [resource] = resources;
    expect(resource && placeOf(resource, 'spec.steps[0].tool')).toEqual({ file: 'm.yaml', line: 8, column: 7 });
  });

  it('names the place of what is wrong', () => {
    const { resources, problems } = check(score('a').replace('tool:', 'toll:'));
    expect(resources).toEqual([]);
    expect(problems).toMatchObject([{ path: 'spec.steps[0].toll', file: 'm.yaml', line: 8, column: 7 }]);
  });

  it('leaves objects of other groups out, but not ours with a wrong version', () => {
    expect(check('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}').problems).toEqual([]);
    expect(check(score('a').replace('v1alpha1', 'v9')).problems).toHaveLength(1);
    expect(check(score('a').replace('orket.dev', 'orket.io')).problems).toHaveLength(1);
    expect(check(score('a').replace('Score', 'Scores')).problems).toHaveLength(1);
    expect(check('just: a map').problems.length).toBeGreaterThan(0);
    expect(check('- a list').problems.length).toBeGreaterThan(0);
  });

  it('refuses two of one name and says where the other is', () => {
    expect(check(`${score('a')}---\n${score('b')}---\n${score('a')}`).problems).toMatchObject([
      { reason: 'Duplicate', path: 'metadata.name', line: 22, found: 'another at m.yaml:4' },
    ]);
  });

  it('refuses manifests of several namespaces, and those that are not of the one asked for', () => {
    const mixed = `${score('a')}---\n${score('b', '\n  namespace: x')}---\n${score('c', '\n  namespace: w')}`;
    const { resources, problems } = check(mixed);
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(problems).toMatchObject([
      { reason: 'NamespaceMismatch', expected: '"default"', found: '"x"', line: 14, column: 3 },
      { reason: 'NamespaceMismatch', expected: '"default"', found: '"w"', remedy: expect.stringContaining('none') },
    ]);
    expect(check(mixed, { namespace: 'z' }).problems).toHaveLength(2);
    const apart = `${score('b', '\n  namespace: x')}---\n${score('c', '\n  namespace: w')}`;
    expect(check(apart).problems).toMatchObject([{ expected: '"x"', found: '"w"' }]);
    expect(check(score('a'), { namespace: 'z' }).resources[0]?.metadata.namespace).toBe('z');
  });

  it('keeps what names no namespace apart from what names one, as a cluster would', () => {
    const one = score('a', '\n  namespace: other');
    expect(check(one).resources).toMatchObject([{ metadata: { namespace: 'other' } }]);
    for (const text of [`${one}---\n${score('b')}`, `${score('b')}---\n${one}`]) {
      expect(check(text).problems).toMatchObject([{ reason: 'NamespaceMismatch', found: '"other"' }]);
      expect(check(text, { namespace: 'other' }).problems).toEqual([]);
    }
  });

  describe('of a list, as kubectl get prints one', () => {
    const metadata = (name: string): string =>
      `  metadata: {creationTimestamp: "2026-01-01T00:00:00Z", generation: 1, name: ${name}, namespace: team, uid: 0d4c}\n`;
    const item = (name: string, step = 'tool: files.list'): string =>
      `- apiVersion: orket.dev/v1alpha1\n  kind: Score\n${metadata(name)}  spec:\n    steps:\n    - id: one\n      ${step}\n  status: {observedGeneration: 1}\n`;
    const other = '- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n  data: {on: x}\n';
    const list = (items: string): string =>
      `apiVersion: v1\nitems:\n${items}kind: List\nmetadata:\n  resourceVersion: ""\n`;

    it('takes each object, with its own places', () => {
      const { resources, problems, warnings } = check(list(item('a') + other + item('b')));
      expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
      expect(resources.map(({ metadata: { name, namespace } }) => [name, namespace])).toEqual([
        ['a', 'team'],
        ['b', 'team'],
      ]);
      expect(resources.map((one) => placeOf(one, 'spec.steps[0].id').line)).toEqual([8, 20]);
    });

    it('names the place of what is wrong with one of them', () => {
      expect(check(list(item('a') + item('b', 'toll: x'))).problems).toMatchObject([
        { reason: 'UnknownField', path: 'spec.steps[0].toll', line: 17, column: 7 },
      ]);
      const kept = item('b').replace('uid: ', 'resourceVersion: "12", uid: ');
      expect(check(list(item('a') + kept)).problems).toMatchObject([
        { path: 'metadata.resourceVersion', line: 13, remedy: 'Remove metadata.resourceVersion.' },
      ]);
      const warned = check(list(item('a') + item('b', 'role: r\n      input: {on: x}')));
      expect(warned.warnings).toMatchObject([{ line: 18 }]);
      expect(check(list('- 7\n')).problems).toMatchObject([{ line: 3 }]);
    });

    it('takes the list of one kind, lists in lists, and lists in JSON', () => {
      const { resources } = check(list(item('a')).replace('v1\n', 'orket.dev/v1alpha1\n').replace('List', 'ScoreList'));
      expect(resources).toHaveLength(1);
      const score = { apiVersion: 'orket.dev/v1alpha1', kind: 'Score', metadata: { name: 'a' }, spec: { stepz: 1 } };
      const inner = { apiVersion: 'v1', kind: 'List', items: [score] };
      const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [inner] }, null, 1);
      const { problems } = checkManifests(decodeManifest('m.json', text));
      const line = text.split('\n').findIndex((each) => each.includes('stepz')) + 1;
      expect(problems).toMatchObject([{ path: 'spec.stepz', file: 'm.json', line }]);
    });
  });
});
