import { canonicalJson, isJsonArray, isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { Resource } from '../generated/resources.ts';
import type { Report } from './report.ts';

/** The bound on schemas and values that people give, in bytes of canonical JSON. */
const FREE_FORM_BYTES = 64 * 1024;

const MAX_NULLS = 8;

/**
 * Checks a free-form value: bounded, canonical, and without null, because client-side apply drops nulls and server-side
 * apply keeps them, which would make two digests of one file. Says whether the value is fit to be looked at further.
 */
export function checkFreeForm(
  resource: Resource,
  path: string,
  value: JsonValue,
  kind: 'value' | 'schema',
  report: Report,
): boolean {
  const bytes = report.attempt(resource, path, () => Buffer.byteLength(canonicalJson(value)));
  if (bytes === undefined) return false;
  if (bytes > FREE_FORM_BYTES) {
    report.add(resource, path, {
      reason: 'TooLarge',
      message: `this ${kind} is too large`,
      expected: `at most ${FREE_FORM_BYTES} bytes as JSON`,
      found: `${bytes} bytes`,
      remedy: 'Put large texts into files of the domain or of a reference space.',
    });
    return false;
  }
  const nulls = nullsIn(value, path);
  for (const found of nulls) {
    report.add(resource, found, {
      reason: 'NullNotAllowed',
      message: 'null is not kept by every way of applying a manifest',
      expected: 'a value that is not null',
      found: 'null',
      remedy:
        kind === 'schema'
          ? "Write {type: 'null'} where null is meant, and leave out a default of null."
          : 'Leave the key out, or write an empty text, list or object.',
    });
  }
  return nulls.length === 0;
}

function nullsIn(value: JsonValue, path: string): readonly string[] {
  const found: string[] = [];
  const walk = (node: JsonValue, at: string): void => {
    if (found.length >= MAX_NULLS) return;
    if (node === null) found.push(at);
    else if (isJsonArray(node)) node.forEach((item, index) => walk(item, `${at}[${index}]`));
    else if (isJsonObject(node)) Object.entries(node).forEach(([key, member]) => walk(member, `${at}.${key}`));
  };
  walk(value, path);
  return found;
}
