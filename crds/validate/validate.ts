import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/value.ts';
import { brokenRules } from '../cel/rules.ts';
import type { Resource } from '../generated/resources.ts';
import { unknownFields } from './decode.ts';
import { settle } from './defaults.ts';
import { bounded, type Finding } from './finding.ts';
import { identify } from './identify.ts';
import type { KindInfo } from './kinds.ts';
import { duplicates } from './lists.ts';
import { undecodable } from './metadata-decode.ts';
import { metadataSchema } from './metadata-schema.ts';
import { creationFindings, effectiveName, metadataFindings, renameFindings } from './metadata.ts';
import { Unchanged } from './ratchet.ts';
import { ruleFinding } from './rule-finding.ts';
import type { StructuralSchema } from './schema.ts';
import { blocking, withoutValue } from './structure-finding.ts';
import { structureFindings } from './structure.ts';

export interface ValidateOptions {
  /** The stored object, when this is an update: rules about changes apply, and what was invalid before may stay. */
  readonly old?: JsonValue;
}

export interface Validated {
  /** The object as the API server would store it: nulls dropped, defaults filled in, status as it was. */
  readonly value: JsonValue;
  /** The same with its type, once nothing is wrong with it. */
  readonly resource?: Resource;
  readonly problems: readonly Finding[];
}

/**
 * Judges one object as an API server with these CRDs would on create, or on update of `old`, in its order: decoding
 * hides all else; then metadata, schema and lists; then CEL rules, unless an earlier problem makes them moot.
 * Never throws for an object of at most MAX_DEPTH levels. At most 100 findings and one that counts the rest.
 */
export function validateResource(value: JsonValue, options: ValidateOptions = {}): Validated {
  const identified = identify(value);
  if ('problems' in identified) return { value, problems: bounded(identified.problems) };
  const { object, info } = identified;
  const whole = withMetadata(info.schema);
  const undecoded = undecodable(object['metadata']);
  const unreadable = undecoded.length > 0 ? undecoded : unknownFields(object, whole);
  if (unreadable.length > 0) return { value, problems: bounded(unreadable) };

  const { status: _ignored, ...given } = object;
  const old = isJsonObject(options.old) ? settle(options.old, info.schema) : undefined;
  const settled = settle(withStatusOf(given, old), info.schema);
  const problems = bounded(admissionFindings(settled, old, info).map((finding) => withoutValue(finding, given)));
  // A value without findings has the shape its schema generated.
  const resource = problems.length === 0 ? { resource: settled as unknown as Resource } : {};
  return { value: settled, problems, ...resource };
}

function admissionFindings(settled: JsonValue, old: JsonValue | undefined, info: KindInfo): readonly Finding[] {
  const object: JsonObject = isJsonObject(settled) ? settled : {};
  const unchanged = old === undefined ? undefined : new Unchanged(settled, old, info.schema);
  const structure = structureFindings(settled, info.kind).filter((found) => unchanged?.covers(judged(found)) !== true);
  const repeated = old !== undefined && duplicates(old, info.schema).length > 0 ? [] : duplicates(settled, info.schema);
  const { metadata } = object;
  const before = isJsonObject(old) ? old['metadata'] : undefined;
  const first = old === undefined ? creationFindings(metadata) : renameFindings(metadata, before);
  const findings = [...metadataFindings(metadata), ...first, ...structure, ...repeated];
  if (findings.some(({ reason }) => blocking.has(reason))) return findings;
  const options = unchanged === undefined ? {} : { old, unchanged: (path: string) => unchanged.covers(path) };
  const broken = brokenRules(named(object), info.schema, options);
  return [...findings, ...broken.map(ruleFinding)];
}

/** Rules of the root see the name an object will have. */
function named(object: JsonObject): JsonObject {
  return { ...object, metadata: { name: effectiveName(object['metadata']) } };
}

/** That a field is missing is said of the object that misses it. */
function judged({ reason, path }: Finding): string {
  return reason === 'Required' ? path.slice(0, Math.max(0, path.lastIndexOf('.'))) : path;
}

/** Without the status subresource nobody writes status: a new object has none, an updated one keeps its own. */
function withStatusOf(object: JsonObject, old: JsonValue | undefined): JsonObject {
  return isJsonObject(old) && old['status'] !== undefined ? { ...object, status: old['status'] } : object;
}

function withMetadata(schema: StructuralSchema): StructuralSchema {
  return { ...schema, properties: { ...schema.properties, metadata: metadataSchema } };
}
