import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../crds/canonical/json.ts';

/** One manifest of the corpus: a base with at most one change, and what must be said of it. */
export interface Case {
  readonly title: string;
  readonly value: JsonObject;
  /** What is stored before, where the case is an update. */
  readonly old?: JsonObject;
  /** Fields that must be named; none where the manifest is accepted. */
  readonly names: readonly string[];
  readonly accepted: boolean;
}

interface CaseEntry {
  readonly case: string;
  readonly set?: Readonly<Record<string, JsonValue>>;
  readonly remove?: string;
  readonly names?: string | readonly string[];
}

interface Table {
  readonly base: string;
  readonly cases: readonly CaseEntry[];
  readonly updates?: readonly CaseEntry[];
}

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'manifests');

/** The whole and valid manifests that cases and mutants start from, by name. */
export const bases: ReadonlyMap<string, JsonObject> = new Map(
  readdirSync(join(fixtures, 'bases'))
    .toSorted()
    .map((file) => [basename(file, '.yaml'), readYaml(join('bases', file)) as JsonObject]),
);

/** A manifest as a text, for what is decided before there is an object. */
export interface Text {
  readonly file: string;
  readonly text: string;
  readonly type: 'application/json' | 'application/yaml';
  readonly accepted: boolean;
  /** Why we refuse what the API server accepts. */
  readonly stricter?: string;
}

interface TextIndex {
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  readonly stricter: Readonly<Record<string, string>>;
}

const textIndex = readYaml(join('texts', 'index.yaml')) as TextIndex;

/** Every text of the corpus; one that the index leaves out has no verdict and is an error. */
export const texts: readonly Text[] = readdirSync(join(fixtures, 'texts'))
  .filter((file) => file !== 'index.yaml')
  .toSorted()
  .map((file) => {
    const stricter = textIndex.stricter[file];
    const accepted = textIndex.accepted.includes(file) || stricter !== undefined;
    if (!accepted && !textIndex.refused.includes(file)) throw new Error(`texts/index.yaml does not name ${file}`);
    return {
      file,
      text: readFileSync(join(fixtures, 'texts', file), 'utf8'),
      type: file.endsWith('.json') ? 'application/json' : 'application/yaml',
      accepted,
      ...(stricter === undefined ? {} : { stricter }),
    };
  });

const examplesFolder = join(import.meta.dirname, '..', '..', 'examples');

/** The manifests of the examples, which are valid as well. */
export const examples: readonly JsonObject[] = readdirSync(examplesFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.includes('expected'))
  .toSorted()
  .flatMap((file) => parseAllDocuments(readFileSync(join(examplesFolder, file), 'utf8')))
  .map((document) => document.toJS() as JsonValue)
  .filter(isJsonObject)
  .filter((manifest) => manifest['apiVersion'] === 'orket.dev/v1alpha1');

/** Every case of every table, creates and updates. */
export const cases: readonly Case[] = readdirSync(join(fixtures, 'tables'))
  .toSorted()
  .flatMap((file) => {
    const table = readYaml(join('tables', file)) as Table;
    const base = bases.get(table.base);
    if (base === undefined) throw new Error(`${file}: no base ${table.base}`);
    const title = (kind: string, entry: CaseEntry): string => `${basename(file, '.yaml')} ${kind}: ${entry.case}`;
    return [
      ...table.cases.map((entry) => caseOf(title('create', entry), base, entry)),
      ...(table.updates ?? []).map((entry) => ({ ...caseOf(title('update', entry), base, entry), old: base })),
    ];
  });

/** The kind a manifest names. */
export function kindOf(manifest: JsonObject): string {
  const { kind } = manifest;
  return typeof kind === 'string' ? kind : '';
}

function readYaml(file: string): unknown {
  return parse(readFileSync(join(fixtures, file), 'utf8'));
}

function caseOf(title: string, base: JsonObject, { set = {}, remove, names }: CaseEntry): Case {
  let value: JsonValue = base;
  for (const [path, replacement] of Object.entries(set)) value = changed(value, steps(path), replacement);
  if (remove !== undefined) value = changed(value, steps(remove), undefined);
  if (!isJsonObject(value)) throw new Error(`${title}: no object is left`);
  return { title, value, accepted: names === undefined, names: [names ?? []].flat() };
}

function steps(path: string): readonly string[] {
  return path.split(/\.|\[|\]\.?/).filter((step) => step !== '');
}

function changed(value: JsonValue, path: readonly string[], replacement: JsonValue | undefined): JsonValue {
  const [key = '', ...rest] = path;
  const copy: { [key: string]: JsonValue } | JsonValue[] = Array.isArray(value)
    ? [...value]
    : { ...(value as JsonObject) };
  const next = rest.length === 0 ? replacement : changed(Reflect.get(copy, key) ?? {}, rest, replacement);
  if (next === undefined) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, next);
  return copy;
}
