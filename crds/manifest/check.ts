import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { Resource } from '../generated/resources.ts';
import type { Problem } from '../problem.ts';
import { shownPlaces, type Finding } from '../validate/finding.ts';
import { validateResource } from '../validate/validate.ts';
import { asWritten } from './as-written.ts';
import type { ManifestDocument } from './document.ts';
import type { Loaded } from './manifest.ts';
import { whoseIs } from './ours.ts';
import { rememberSource } from './place.ts';

export interface CheckOptions {
  /** As `-n`: what a document without a namespace gets, and what no other may differ from. Default `default`. */
  readonly namespace?: string;
}

export interface Checked {
  /** Valid ones, with defaults and namespace filled in, in the order of the manifests. */
  readonly resources: readonly Resource[];
  /** Those of loading first. */
  readonly problems: readonly Problem[];
  /** What is not wrong and hardly meant. */
  readonly warnings: readonly Problem[];
}

interface Judged {
  readonly resource: Resource;
  readonly document: ManifestDocument;
}

/**
 * Judges each document as an API server with the CRDs of Orket would, and all of them together: one namespace, each name
 * once. Objects of other API groups are not Orket's business and are left out.
 */
export function checkManifests(loaded: Loaded, options: CheckOptions = {}): Checked {
  const problems: Problem[] = [...loaded.problems];
  const warnings: Problem[] = [];
  const judged: Judged[] = [];
  const broken = new Set<string>();
  const mayHold = (kind: string, name: string): boolean => loaded.problems.length > 0 || broken.has(`${kind}/${name}`);
  for (const document of loaded.documents) {
    if (whoseIs(document.value) === 'foreign') continue;
    const { resource, problems: findings } = validateResource(document.value);
    warnings.push(...document.warnings);
    problems.push(...findings.map((finding) => placed(finding, document)));
    if (resource === undefined) broken.add(claimedIdentity(document.value));
    else judged.push({ resource, document });
  }
  const namespace = options.namespace ?? commonNamespace(judged);
  const seen = new Map<string, Judged>();
  const resources: Resource[] = [];
  for (const { resource, document } of judged) {
    const finding = misplaced(resource, namespace) ?? repeated(resource, seen);
    if (finding !== undefined) {
      problems.push(placed(finding, document));
      broken.add(identity(resource));
      continue;
    }
    seen.set(identity(resource), { resource, document });
    const complete = { ...resource, metadata: { ...resource.metadata, namespace } };
    const { locate, written } = document;
    rememberSource(complete, { locate, ...(written === undefined ? {} : { written }), mayHold });
    resources.push(complete);
  }
  return { resources, problems, warnings };
}

/** Of several places all are told by file and line, and the problem is at the last, which most likely is the slip. */
function placed({ places = [], ...finding }: Finding, { locate, written }: ManifestDocument): Problem {
  const last = places.at(-1);
  if (last === undefined) return { ...asWritten(finding, written?.(finding.path)), ...locate(finding.path) };
  const found = shownPlaces(places, (path) => {
    const { file, line } = locate(path);
    return `${file}:${line}`;
  });
  return { ...finding, found, ...locate(last.path) };
}

/** A cluster puts what names no namespace into `default`, apart from what names another. */
function commonNamespace(judged: readonly Judged[]): string {
  const named = judged.map(({ resource }) => resource.metadata.namespace ?? 'default');
  return named.includes('default') ? 'default' : (named[0] ?? 'default');
}

function misplaced({ metadata }: Resource, namespace: string): Finding | undefined {
  if (metadata.namespace === undefined || metadata.namespace === namespace) return undefined;
  return {
    stage: 'admission',
    reason: 'NamespaceMismatch',
    path: 'metadata.namespace',
    message: 'the manifests are of more than one namespace',
    expected: JSON.stringify(namespace),
    found: JSON.stringify(metadata.namespace),
    remedy:
      'References do not cross namespaces, and what names none is in "default": write the same namespace in each, or in none.',
  };
}

function repeated(resource: Resource, seen: ReadonlyMap<string, Judged>): Finding | undefined {
  const first = seen.get(identity(resource));
  if (first === undefined) return undefined;
  const { file, line } = first.document.locate('metadata.name');
  return {
    stage: 'admission',
    reason: 'Duplicate',
    path: 'metadata.name',
    message: `there are two of ${resource.kind} ${JSON.stringify(resource.metadata.name)}`,
    expected: `each ${resource.kind} once`,
    found: `another at ${file}:${line}`,
    remedy: 'Rename or remove one of them.',
  };
}

function identity({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.name}`;
}

/** What a document that is not valid says it is. */
function claimedIdentity(value: JsonValue): string {
  const { kind, metadata } = isJsonObject(value) ? value : {};
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof kind === 'string' && typeof name === 'string' ? `${kind}/${name}` : '';
}
