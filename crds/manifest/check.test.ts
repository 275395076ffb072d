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
});
