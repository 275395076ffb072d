import { keyOf, type KubeObject } from './resource.ts';

/** What happened to one object, by what is known of it before and after. */
export interface Change<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export type Index<T> = (object: T) => readonly string[];

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const goneKept = 1000;

/**
 * The objects of one resource as last seen, by key and by indexes. Fed by a reflector and by the answers to our own writes,
 * so that a reconcile never sees less than we wrote: an older version than the one at hand is ignored.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: Readonly<Record<string, Index<T>>>;
  readonly #entries = new Map<string, Set<string>>();
  /** UIDs of objects that are gone, so that a late answer does not bring one back. */
  readonly #gone = new Set<string>();
  readonly #listeners: ((change: Change<T>) => void)[] = [];

  constructor(indexes: Readonly<Record<string, Index<T>>> = {}) {
    this.#indexes = indexes;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** The objects that an index has under a value, sorted by key. */
  byIndex(index: string, value: string): readonly T[] {
    const keys = [...(this.#entries.get(`${index}=${value}`) ?? [])].toSorted();
    return keys.flatMap((key) => this.#objects.get(key) ?? []);
  }

  onChange(listener: (change: Change<T>) => void): void {
    this.#listeners.push(listener);
  }

  put(seen: T): void {
    const object = lean(seen);
    const before = this.#objects.get(keyOf(object)) ?? null;
    if (this.#gone.has(object.metadata.uid ?? '') || isOlder(object, before)) return;
    this.#set(before, object);
    if (before?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#tell({ before, after: object });
  }

  remove(object: T): void {
    const before = this.#objects.get(keyOf(object));
    this.#bury(object.metadata.uid ?? '');
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return;
    this.#unset(before);
    this.#tell({ before, after: null });
  }

  /** Makes the store what a list at a version says; what we wrote after that version stays. */
  replace(objects: readonly T[], resourceVersion: string): void {
    const keys = new Set(objects.map(keyOf));
    for (const object of this.#objects.values()) {
      const written = compareVersions(object.metadata.resourceVersion, resourceVersion) > 0;
      if (!keys.has(keyOf(object)) && !written) this.remove(object);
    }
    for (const object of objects) this.put(object);
  }

  #set(before: T | null, object: T): void {
    if (before !== null) this.#unset(before);
    const key = keyOf(object);
    this.#objects.set(key, object);
    for (const entry of this.#entriesOf(object)) {
      const keys = this.#entries.get(entry);
      if (keys === undefined) this.#entries.set(entry, new Set([key]));
      else keys.add(key);
    }
  }

  #unset(object: T): void {
    const key = keyOf(object);
    this.#objects.delete(key);
    for (const entry of this.#entriesOf(object)) {
      const keys = this.#entries.get(entry);
      keys?.delete(key);
      if (keys?.size === 0) this.#entries.delete(entry);
    }
  }

  #entriesOf(object: T): readonly string[] {
    return Object.entries(this.#indexes).flatMap(([name, index]) => index(object).map((value) => `${name}=${value}`));
  }

  #bury(uid: string): void {
    this.#gone.add(uid);
    const [oldest] = this.#gone;
    if (this.#gone.size > goneKept && oldest !== undefined) this.#gone.delete(oldest);
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Without what only other tools read: a third to a half of an object's size. */
function lean<T extends KubeObject>(object: T): T {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return { ...object, metadata };
  const { [lastApplied]: __, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

/** Versions of one UID grow (Kubernetes promises it from 1.35 and has always done it). */
function isOlder(object: KubeObject, before: KubeObject | null): boolean {
  if (before === null || before.metadata.uid !== object.metadata.uid) return false;
  return compareVersions(object.metadata.resourceVersion, before.metadata.resourceVersion) < 0;
}

/** Decimal numbers of any length; anything else counts as equal, so that nothing is lost on a strange server. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined || !/^\d+$/.test(a) || !/^\d+$/.test(b)) return 0;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
