import type { ObjectMeta } from '#crds';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from './resource.ts';
import { compareVersions, Store, type Change } from './store.ts';

interface Thing extends KubeObject {
  readonly owner?: string;
}

function thing(resourceVersion: string, { owner, ...metadata }: Partial<ObjectMeta> & { owner?: string } = {}): Thing {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { namespace: 'n', name: 'a', uid: 'u', resourceVersion, ...metadata },
    ...(owner === undefined ? {} : { owner }),
  };
}

function storeWithChanges(): { store: Store<Thing>; changes: Change<Thing>[] } {
  const store = new Store<Thing>({ owner: ({ owner }) => (owner === undefined ? [] : [owner]) });
  const changes: Change<Thing>[] = [];
  store.onChange((change) => changes.push(change));
  return { store, changes };
}

describe('Store', () => {
  it('ignores a version older than the one it has, and tells of nothing twice', () => {
    const { store, changes } = storeWithChanges();
    store.put(thing('10'));
    store.put(thing('9'));
    store.put(thing('10'));
    expect(store.get('n', 'a')?.metadata.resourceVersion).toBe('10');
    expect(changes).toHaveLength(1);
  });

  it('takes an object with another UID for a new one, whatever its version', () => {
    const { store } = storeWithChanges();
    store.put(thing('10'));
    store.put(thing('9', { uid: 'other' }));
    expect(store.get('n', 'a')?.metadata.uid).toBe('other');
  });

  it('does not bring back an object that was removed when a late answer arrives', () => {
    const { store } = storeWithChanges();
    store.put(thing('10'));
    store.remove(thing('11'));
    store.put(thing('10'));
    expect(store.size).toBe(0);
  });

  it('keeps indexes in step with what changes and goes', () => {
    const { store } = storeWithChanges();
    store.put(thing('1', { owner: 'x' }));
    store.put(thing('2', { name: 'b', uid: 'v', owner: 'x' }));
    store.put(thing('3', { owner: 'y' }));
    expect(store.byIndex('owner', 'x').map(({ metadata }) => metadata.name)).toEqual(['b']);
    store.remove(thing('4', { owner: 'y' }));
    expect(store.byIndex('owner', 'y')).toEqual([]);
  });

  it('becomes what a list says, but keeps what was written after it', () => {
    const { store, changes } = storeWithChanges();
    store.put(thing('5', { name: 'old', uid: '1' }));
    store.put(thing('30', { name: 'ours', uid: '2' }));
    store.replace([thing('7', { name: 'listed', uid: '3' })], '20');
    expect([...store.values()].map(({ metadata }) => metadata.name)).toEqual(['ours', 'listed']);
    expect(changes.at(-2)).toMatchObject({ before: { metadata: { name: 'old' } }, after: null });
  });

  it('drops what only other tools read', () => {
    const { store } = storeWithChanges();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'kept' };
    store.put(thing('1', { annotations, managedFields: [{}] }));
    expect(store.get('n', 'a')?.metadata).not.toHaveProperty('managedFields');
    expect(store.get('n', 'a')?.metadata.annotations).toEqual({ mine: 'kept' });
  });

  it('compares versions as numbers of any length, and takes strange ones for equal', () => {
    expect(compareVersions('9', '10')).toBeLessThan(0);
    expect(compareVersions('123456789012345678901', '123456789012345678900')).toBeGreaterThan(0);
    expect(compareVersions('abc', '1')).toBe(0);
  });
});
