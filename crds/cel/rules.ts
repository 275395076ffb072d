import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { identityOf } from '../validate/lists.ts';
import { under } from '../validate/finding.ts';
import { schemaUnder, type StructuralSchema, type ValidationRule } from '../validate/schema.ts';
import { comparable, ruleValue } from './rules-value.ts';

/** A rule that does not hold, at the field it names. `error` is set where it could not be evaluated. */
export interface BrokenRule {
  readonly path: string;
  readonly rule: ValidationRule;
  /** What stands at that field, if anything. */
  readonly value: JsonValue | undefined;
  /** Which items break it, of a rule about each item of the list that stands there. */
  readonly items?: readonly number[];
  readonly error?: string;
}

export interface RuleOptions {
  /** The object before an update. Rules that read `oldSelf` are skipped where there was none. */
  readonly old?: JsonValue | undefined;
  /** Whether an update left the value at a path as it was; rules that read only `self` are skipped there. */
  readonly unchanged?: (path: string) => boolean;
}

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const parsed = new Map<string, ParseResult>();
const transition = /\boldSelf\b/;

/**
 * Evaluates the rules of a schema on a value that meets the rest of it, whose lists are therefore bounded. Work is
 * bounded as the API server's cost estimate bounds it: by `maxItems` and `maxLength` beside each rule.
 */
export function brokenRules(
  root: JsonValue,
  schema: StructuralSchema,
  options: RuleOptions = {},
): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];

  function walk(value: JsonValue, old: JsonValue | undefined, at: StructuralSchema, path: string): void {
    for (const rule of at['x-kubernetes-validations'] ?? []) {
      const isTransition = transition.test(rule.rule);
      if (isTransition ? old === undefined : options.unchanged?.(path) === true) continue;
      const failure = evaluate(rule, value, isTransition ? old : undefined, at);
      const { fieldPath } = rule;
      const named = fieldPath === undefined ? path : under(path, fieldPath.replace(/^\./, ''));
      if (failure === undefined) continue;
      broken.push({ path: named, rule, value: fieldOf(value, fieldPath), ...failure, ...culprits(rule, value, at) });
    }
    if (isJsonArray(value)) {
      const { items } = at;
      if (items !== undefined) {
        const earlier = correlated(old, at);
        value.forEach((item, index) => walk(item, earlier(item), items, `${path}[${index}]`));
      }
    } else if (isJsonObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        const below = schemaUnder(at, key);
        const before = isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined;
        if (below !== undefined) walk(child, before, below, under(path, key));
      }
    }
  }

  walk(root, options.old, schema, '');
  return broken;
}

function fieldOf(value: JsonValue, fieldPath: string | undefined): JsonValue | undefined {
  const key = fieldPath?.replace(/^\./, '');
  return key === undefined || !isJsonObject(value) ? value : value[key];
}

/** Finds the earlier form of an entry, which only a list with keys has. */
function correlated(old: JsonValue | undefined, schema: StructuralSchema): (item: JsonValue) => JsonValue | undefined {
  if (!isJsonArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined;
  const earlier = new Map(old.map((item) => [identityOf(item, schema), item]));
  return (item) => earlier.get(identityOf(item, schema));
}

function evaluate(
  { rule }: ValidationRule,
  value: JsonValue,
  old: JsonValue | undefined,
  schema: StructuralSchema,
): { readonly error?: string } | undefined {
  try {
    const self = old === undefined ? ruleValue(value, schema) : comparable(value, schema);
    const oldSelf = old === undefined ? undefined : comparable(old, schema, value);
    const context = oldSelf === undefined ? { self } : { self, oldSelf };
    return program(rule)(context) === true ? undefined : {};
  } catch (cause) {
    return { error: cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause) };
  }
}

const ofEach = /(?:^|\|\| )self\.(\w+)\.all\((\w+), (.*)\)$/s;

/** A rule that ends with what holds of each item alone can be asked of each item. */
function culprits(
  { rule, fieldPath }: ValidationRule,
  value: JsonValue,
  schema: StructuralSchema,
): Pick<BrokenRule, 'items'> {
  const [, list = '', variable = '', body = ''] = ofEach.exec(rule) ?? [];
  const items = isJsonObject(value) ? value[list] : undefined;
  const below = schemaUnder(schema, list)?.items;
  if (fieldPath !== `.${list}` || /\bself\b/.test(body) || !isJsonArray(items) || below === undefined) return {};
  const holds = program(body);
  const broken = [...items.keys()].filter((index) => {
    try {
      return holds({ [variable]: ruleValue(items[index] ?? null, below) }) !== true;
    } catch {
      // Of an item that the rule cannot be asked of nothing more is said than of the list.
      return false;
    }
  });
  return broken.length === 0 ? {} : { items: broken };
}

function program(rule: string): ParseResult {
  let known = parsed.get(rule);
  if (known === undefined) {
    known = environment.parse(rule);
    parsed.set(rule, known);
  }
  return known;
}
