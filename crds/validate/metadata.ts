import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/value.ts';
import { shown, type Finding } from './finding.ts';
import { matches } from './pattern.ts';

const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const KEY_NAME = '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$';
const LABEL_VALUE = '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$';
const MAX_ANNOTATIONS_BYTES = 262_144;
const encoder = new TextEncoder();

/**
 * The name an object will have: its own, or one made of `generateName` with a stand-in for the five characters that
 * the API server draws.
 */
export function effectiveName(metadata: JsonValue | undefined): string {
  const { name, generateName } = isJsonObject(metadata) ? metadata : {};
  if (typeof name === 'string' && name !== '') return name;
  return typeof generateName === 'string' && generateName !== '' ? `${cut(generateName)}xxxxx` : '';
}

/** Judges decoded metadata as the API server does for any custom object. */
export function metadataFindings(value: JsonValue | undefined): readonly Finding[] {
  const metadata: JsonObject = isJsonObject(value) ? value : {};
  return [
    ...nameFindings(metadata),
    ...labelFindings(metadata['labels']),
    ...annotationFindings(metadata['annotations']),
    ...finalizerFindings(metadata['finalizers']),
    ...ownerFindings(metadata['ownerReferences']),
  ];
}

/** An update is of the object that has the name; under another name it is another object. */
export function renameFindings(value: JsonValue | undefined, old: JsonValue | undefined): readonly Finding[] {
  const before = effectiveName(old);
  const name = isJsonObject(value) ? (value['name'] ?? '') : '';
  if (name === '' || name === before) return [];
  const remedy = 'Keep the name, or create another object.';
  return [finding('metadata.name', 'Invalid', 'an update cannot rename', shown(before), shown(name), remedy)];
}

/** An object that is created has no version yet. Text that is no number is ignored there, and so here. */
export function creationFindings(value: JsonValue | undefined): readonly Finding[] {
  const version = isJsonObject(value) ? value['resourceVersion'] : undefined;
  if (typeof version !== 'string' || !/^0*[1-9]\d{0,18}$/.test(version)) return [];
  const message = 'the resource version is that of an object that exists';
  const remedy = 'Remove metadata.resourceVersion.';
  return [finding('metadata.resourceVersion', 'Invalid', message, 'nothing', shown(version), remedy)];
}

function nameFindings(metadata: JsonObject): readonly Finding[] {
  const { generateName, namespace } = metadata;
  const name = effectiveName(metadata);
  const findings: Finding[] = [];
  if (name === '') {
    const expected = 'a name, lower-case letters, digits, dashes and dots';
    findings.push(
      finding('metadata.name', 'Required', 'the object has no name', expected, 'nothing', 'Add metadata.name.'),
    );
  } else if (bytesOf(name) > 253 || !matches(SUBDOMAIN, name)) {
    findings.push(form('metadata.name', 'at most 253 lower-case letters, digits, dashes and dots', name));
  }
  if (typeof generateName === 'string' && generateName !== '' && !isPrefix(generateName)) {
    findings.push(form('metadata.generateName', 'lower-case letters, digits, dashes and dots', generateName));
  }
  if (typeof namespace === 'string' && namespace !== '' && (namespace.length > 63 || !matches(LABEL, namespace))) {
    findings.push(form('metadata.namespace', 'at most 63 lower-case letters, digits and dashes', namespace));
  }
  return findings;
}

/** A prefix of names may end in a dash; the API server (seen on 1.36) then judges it without its last two characters. */
function isPrefix(generateName: string): boolean {
  return bytesOf(generateName) <= 253 && matches(SUBDOMAIN, generateName.replace(/[^]-$/, 'a'));
}

/** Names that are made have at most 63 characters, five of them drawn. */
function cut(generateName: string): string {
  return generateName.slice(0, 58);
}

function labelFindings(labels: JsonValue | undefined): readonly Finding[] {
  const at = 'metadata.labels';
  return Object.entries(isJsonObject(labels) ? labels : {}).flatMap(([key, value]) => {
    const findings = isQualified(key) ? [] : [form(at, 'a label key such as team or example.com/team', key)];
    const text = typeof value === 'string' ? value : '';
    const good = bytesOf(text) <= 63 && matches(LABEL_VALUE, text);
    return good ? findings : [...findings, form(at, 'at most 63 letters, digits, dashes, dots and underscores', text)];
  });
}

function annotationFindings(annotations: JsonValue | undefined): readonly Finding[] {
  const at = 'metadata.annotations';
  const entries = Object.entries(isJsonObject(annotations) ? annotations : {});
  // Only here is the case of a key not judged.
  const findings = entries
    .filter(([key]) => !isQualified(key.toLowerCase()))
    .map(([key]) => form(at, 'an annotation key such as note or example.com/note', key));
  const bytes = entries.reduce(
    (sum, [key, text]) => sum + bytesOf(key) + (typeof text === 'string' ? bytesOf(text) : 0),
    0,
  );
  if (bytes <= MAX_ANNOTATIONS_BYTES) return findings;
  const expected = `at most ${MAX_ANNOTATIONS_BYTES} bytes of keys and values`;
  return [...findings, finding(at, 'TooLong', 'the annotations are too large', expected, `${bytes}`, 'Take some out.')];
}

function finalizerFindings(finalizers: JsonValue | undefined): readonly Finding[] {
  return (isJsonArray(finalizers) ? finalizers : [])
    .map((name) => (typeof name === 'string' ? name : ''))
    .filter((name) => !isQualified(name))
    .map((name) => form('metadata.finalizers', 'a name such as example.com/cleanup', name));
}

function ownerFindings(owners: JsonValue | undefined): readonly Finding[] {
  const at = 'metadata.ownerReferences';
  const all = (isJsonArray(owners) ? owners : []).map((owner) => (isJsonObject(owner) ? owner : {}));
  const findings = all.flatMap((owner) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((key) => owner[key] === undefined || owner[key] === null || owner[key] === '')
      .map((key) =>
        finding(
          `${at}.${key}`,
          'Invalid',
          `an owner has no ${key}`,
          `the ${key} of the owner`,
          'nothing',
          `Add ${key}.`,
        ),
      ),
  );
  const controllers = all.filter((owner) => owner['controller'] === true).length;
  if (controllers < 2) return findings;
  const remedy = 'Set controller on one of them only.';
  return [
    ...findings,
    finding(at, 'Invalid', 'there are several controllers', 'at most one', `${controllers}`, remedy),
  ];
}

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** `name` or `prefix/name`: the name at most 63 bytes, the prefix a subdomain of at most 253. */
function isQualified(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || bytesOf(name) > 63 || !matches(KEY_NAME, name)) return false;
  const [prefix] = parts;
  return parts.length === 1 || (prefix !== undefined && prefix.length <= 253 && matches(SUBDOMAIN, prefix));
}

function form(path: string, expected: string, found: string): Finding {
  return finding(path, 'Invalid', 'the text has the wrong form', expected, shown(found), 'Correct the text.');
}

function finding(
  path: string,
  reason: string,
  message: string,
  expected: string,
  found: string,
  remedy: string,
): Finding {
  return { stage: 'admission', reason, path, message, expected, found, remedy };
}
