import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/value.ts';
import type { BrokenRule } from '../cel/rules.ts';
import { shown, shownPlaces, under, type Finding, type NamedPlace } from './finding.ts';
import { effectiveName } from './metadata.ts';
import { didYouMean } from './suggest.ts';

/** What can be said of a broken rule beyond its message: the parts of the value that break it, and what to do. */
interface Culprits {
  readonly places: readonly NamedPlace[];
  readonly remedy?: string;
}

/** Says in words that a CEL rule does not hold. */
export function ruleFinding(broken: BrokenRule): Finding {
  const { path, rule, value, error } = broken;
  // A message is "what holds; what to do", or one clause that is both.
  const [holds = rule.message, todo = holds] = rule.message.split('; ');
  const message = 'the value breaks a rule';
  const { places = [], remedy = `${todo.charAt(0).toUpperCase()}${todo.slice(1)}.` } = culpritsOf(broken) ?? {};
  return {
    stage: 'admission',
    reason: 'RuleViolated',
    path,
    message: error === undefined ? message : `${message} (the rule could not be evaluated: ${error})`,
    expected: `that ${holds}`,
    found: places.length > 0 ? shownPlaces(places) : path === '' ? nameIn(value) : shown(value),
    remedy,
    ...(places.length > 0 ? { places } : {}),
  };
}

/** Rules of the root are about the name, which is all they see of metadata. */
function nameIn(object: JsonValue | undefined): string {
  return `metadata.name ${shown(effectiveName(isJsonObject(object) ? object['metadata'] : undefined))}`;
}

function culpritsOf({ path, rule: { rule }, value, items }: BrokenRule): Culprits | undefined {
  if (isJsonArray(value)) {
    if (items !== undefined) return { places: items.slice(0, MAX_ITEMS).map((index) => itemOf(value, index, path)) };
    const callers = /\((\w+), !has\(\1\.callable\)/.test(rule) ? strangers(value, path) : undefined;
    return callers ?? repeated(rule, value, path);
  }
  return isJsonObject(value) ? chosen(rule, value, path) : undefined;
}

const MAX_ITEMS = 3;

function itemOf(list: readonly JsonValue[], index: number, path: string): NamedPlace {
  const item = list[index];
  const name = isJsonObject(item) ? (item['name'] ?? item['id']) : item;
  return { what: name === undefined ? 'an item' : shown(name), path: `${path}[${index}]` };
}

const unique = /self\.exists_one\((\w+), (?:has\(\1\.[\w.]+\) && )?\1\.([\w.]+) == \w+\.\2\)/;

/** The first two items that are alike where a rule wants each to be the only one of its kind. */
function repeated(rule: string, list: readonly JsonValue[], path: string): Culprits | undefined {
  const [, , key] = unique.exec(rule) ?? [];
  if (key === undefined) return undefined;
  const first = new Map<string, string>();
  for (const [index, item] of list.entries()) {
    const value = key.split('.').reduce<JsonValue | undefined>(memberOf, item);
    if (value === undefined) continue;
    const [what, here] = [`${key} ${shown(value)}`, `${path}[${index}].${key}`];
    const earlier = first.get(what);
    if (earlier !== undefined)
      return {
        places: [
          { what, path: earlier },
          { what: 'again', path: here },
        ],
      };
    first.set(what, here);
  }
  return undefined;
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const choice = /^\[((?:has\(self\.\w+\)(?:, )?)+)\]\.exists_one\((\w+), \2\)$/;

/** What is there of the fields that exclude each other. */
function chosen(rule: string, value: JsonObject, path: string): Culprits | undefined {
  const [, listed] = choice.exec(rule) ?? [];
  const fields = [...(listed ?? '').matchAll(/self\.(\w+)/g)].map(([, field = '']) => field);
  const present = fields.filter((field) => Object.hasOwn(value, field));
  if (present.length === 0) return fields.length === 0 ? undefined : { places: [], remedy: 'Add one of them.' };
  return {
    places: present.map((field) => ({ what: field, path: under(path, field) })),
    remedy: keepOne(present, value),
  };
}

/** Only a role takes a task, so a step that has one is meant for its role. */
function keepOne(present: readonly string[], value: JsonObject): string {
  if (!Object.hasOwn(value, 'task') || !present.includes('role')) {
    return `Keep one of them, or make it ${present.length} steps.`;
  }
  const others = present.filter((field) => field !== 'role');
  return `Remove ${others.join(' and ')}: the step has a task, which only a role takes.`;
}

/** Names in `callable` that no role of the list has. */
function strangers(roles: readonly JsonValue[], path: string): Culprits | undefined {
  const names = roles.flatMap((role) => texts([memberOf(role, 'name') ?? null]));
  const unknown = roles.flatMap((role, index) => {
    const callable = memberOf(role, 'callable');
    return texts(isJsonArray(callable) ? callable : []).flatMap((name, at) =>
      names.includes(name) ? [] : [{ name, path: `${path}[${index}].callable[${at}]` }],
    );
  });
  const [first] = unknown;
  if (first === undefined) return undefined;
  return {
    places: unknown.slice(0, MAX_ITEMS).map(({ name, path: at }) => ({ what: shown(name), path: at })),
    remedy: `${didYouMean(first.name, names)}Add the role or remove the name.`,
  };
}

function texts(values: readonly JsonValue[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}
