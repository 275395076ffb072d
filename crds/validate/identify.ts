import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/value.ts';
import { shown, type Finding } from './finding.ts';
import { apiVersion, kindInfo, kindInfos, type KindInfo } from './kinds.ts';
import { didYouMean, suggest } from './suggest.ts';

export type Identified =
  | { readonly object: JsonObject; readonly info: KindInfo }
  | { readonly problems: readonly Finding[] };

const kinds = kindInfos.map((info) => info.kind);

/** Tells by `apiVersion` and `kind` what a document is, or what is wrong with them. */
export function identify(value: JsonValue): Identified {
  if (!isJsonObject(value)) {
    const expected = 'an object with apiVersion, kind, metadata and spec';
    return {
      problems: [finding('', 'WrongType', 'the document is no object', expected, value, 'Write it as a mapping.')],
    };
  }
  const kind = value['kind'];
  const info = typeof kind === 'string' ? kindInfo(kind) : undefined;
  const problems = [...versionFindings(value), ...(info === undefined ? [kindFinding(value)] : [])];
  return info === undefined || problems.length > 0 ? { problems } : { object: value, info };
}

function versionFindings(object: JsonObject): readonly Finding[] {
  const version = object['apiVersion'];
  if (version === apiVersion) return [];
  const known = typeof version === 'string' && version.startsWith('orket.dev/');
  const message = known ? 'this version of orket.dev is not known' : 'this is no object of orket.dev';
  const reason = version === undefined ? 'Required' : 'UnknownVersion';
  const meant = typeof version === 'string' ? didYouMean(version, [apiVersion]) : misspelt(object, 'apiVersion');
  return [finding('apiVersion', reason, message, apiVersion, version, `${meant}Write apiVersion: ${apiVersion}.`)];
}

/** The key that may have been meant for one that is missing. */
function misspelt(object: JsonObject, key: string): string {
  const near = suggest(key, Object.keys(object));
  return near === undefined ? '' : `The key is ${key}, not ${shown(near)}. `;
}

function kindFinding(object: JsonObject): Finding {
  const kind = object['kind'];
  const near = typeof kind === 'string' ? didYouMean(kind, kinds) : misspelt(object, 'kind');
  const part = typeof kind === 'string' && Object.hasOwn(parts, kind) ? parts[kind] : undefined;
  const remedy =
    part === undefined
      ? `${near}Write one of the kinds of orket.dev.`
      : `It is no kind of its own: write it as ${part}.`;
  const reason = kind === undefined ? 'Required' : 'UnknownKind';
  return finding('kind', reason, 'the kind is not known', `one of ${kinds.join(', ')}`, kind, remedy);
}

/** What is a word of Orket and stands in an object of another kind. */
const parts: Readonly<Record<string, string>> = {
  Conductor: 'spec.conductor of a Flow',
  WorkDomain: 'spec.workspace.domain of a Flow',
  Workspace: 'spec.workspace of a Flow',
  ReferenceSpace: 'one of spec.workspace.references of a Flow',
  Role: 'one of spec.roles of a Band',
  Step: 'one of spec.steps of a Score',
  Tool: 'one of spec.tools of a Toolset',
};

function finding(
  path: string,
  reason: string,
  message: string,
  expected: string,
  found: JsonValue | undefined,
  remedy: string,
): Finding {
  return { stage: 'decode', reason, path, message, expected, found: shown(found), remedy };
}
