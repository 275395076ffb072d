import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { kinds } from '../generated/resources.ts';
import { suggest } from '../validate/suggest.ts';

/** Whose a document is: Orket's as far as one can tell, an object of another API group, or no object of any. */
export type Whose = 'ours' | 'foreign' | 'nobodys';

const group = 'orket.dev';

/**
 * Tells by `apiVersion` and `kind` whether a document is meant for Orket. Slips count as meant: a group or version that is
 * nearly ours, and a kind of ours whose group is missing. A kind of ours in another group is that group's.
 */
export function whoseIs(value: JsonValue): Whose {
  if (!isJsonObject(value)) return 'nobodys';
  const { apiVersion: version, kind } = value;
  if (saysOurs(value) || (isText(version) && isNearOurs(version) && isOurKind(kind))) return 'ours';
  if (isText(version) && version.includes('/')) return isText(kind) ? 'foreign' : 'nobodys';
  if (isOurKind(kind)) return 'ours';
  return isText(version) && isText(kind) ? 'foreign' : 'nobodys';
}

/** A key that is misspelt does not hide its value. */
function saysOurs(value: JsonObject): boolean {
  const { apiVersion: version } = value;
  if (isText(version) && isNamedOurs(version)) return true;
  return Object.values(value).some((member) => isText(member) && /^orket\.dev\/\S+$/.test(member));
}

/** `orket.dev/v9`, `orket.io/v1alpha1`, `orket/v1`. */
function isNamedOurs(version: string): boolean {
  return /(?:^|\.)orket(?:[./]|$)/i.test(version);
}

/** `okret.dev/v1`, which might be anybody's without a kind of ours. */
function isNearOurs(version: string): boolean {
  return version.includes('/') && suggest(version.slice(0, version.indexOf('/')), [group]) !== undefined;
}

function isOurKind(kind: JsonValue | undefined): boolean {
  return kinds.some((each) => each === kind);
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The same of a text that nobody has parsed, or can: whether one of its documents may be meant for Orket. Whatever
 * `whoseIs` calls ours is, as long as it is written without escapes.
 */
export function mayBeOurs(text: string): boolean {
  return text.split(/^---/m).some((document) => {
    if (/["':\s]orket\.dev\/\w/.test(document)) return true;
    const versions = valuesOf(document, 'apiVersion');
    if (versions.some(isNamedOurs)) return true;
    const others = versions.filter((version) => version.includes('/') && !isNearOurs(version));
    return others.length === 0 && valuesOf(document, 'kind').some(isOurKind);
  });
}

/** What stands after a key, wherever it stands, in YAML and in JSON. */
function valuesOf(text: string, key: 'apiVersion' | 'kind'): readonly string[] {
  const found = text.matchAll(new RegExp(`\\b${key}["']?\\s*:\\s*["']?([^\\s"',}\\]#]+)`, 'g'));
  return [...found].map(([, value = '']) => value);
}
