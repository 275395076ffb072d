import { homedir, userInfo } from 'node:os';
import { createReadStream, existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  bundleDigest,
  OrketError,
  projectBundle,
  toolCode,
  type Bundle,
  type Closure,
  type Digest,
  type JsonObject,
} from '#crds';
import { findPython, systemPeople, treeOf, type Launch } from '#runtime';
import type { Checkout } from './checkout.ts';
import { needsHistory, observeHistory } from './local-history.ts';
import { domainPath, placeText, reachedPath, referencePaths, toolPaths } from './named-paths.ts';
import type { FlowKey, SessionFolder } from './session-folder.ts';

/** What a Session on this machine starts from. */
export interface LocalBundle {
  readonly bundle: Bundle;
  readonly digest: Digest;
  readonly launch: Launch;
}

export interface ResolveOptions {
  readonly checkout: Checkout;
  readonly closure: Closure;
  /** Laid over the Flow's, key by key. */
  readonly inputs: JsonObject;
  readonly session: { readonly name: string; readonly uid: string };
  readonly folder: SessionFolder;
  /** Where GGUF files are looked for, in order. */
  readonly modelFolders: readonly string[];
  /** Folders where programs are looked for, with `:` between them. */
  readonly searchPath: string;
}

/** Pins the sources that a closure refers to by their contents: domain, references, model files. */
export async function resolveLocalBundle(options: ResolveOptions): Promise<LocalBundle> {
  const { checkout, closure, inputs, session, folder } = options;
  const { flow } = closure;
  const named = domainPath(flow);
  const domain = named === undefined ? null : reachedPath(named, checkout.root);
  const references = Object.fromEntries(
    [...referencePaths(flow)].map(([name, path]) => [name, reachedPath(path, checkout.root)]),
  );
  refuseStateInside([...(domain === null ? [] : [domain]), ...Object.values(references)], folder.path);
  const modelFiles = findModelFiles(closure, options.modelFolders);
  await checkPython(closure, options.searchPath);
  const code = toolFolders(closure, checkout.root);
  refuseStateInside(Object.values(code), folder.path);
  const toolTrees = await mapValues(code, async (path) => (await treeOf(path)).digest);
  const bundle = projectBundle(closure, {
    inputs,
    ...(domain === null ? {} : { domainTree: (await treeOf(domain)).digest }),
    referenceTrees: await mapValues(references, async (path) => (await treeOf(path)).digest),
    toolTrees,
    modelDigests: await mapValues(modelFiles, digestOfFile),
  });
  return {
    bundle,
    digest: bundleDigest(bundle),
    launch: {
      launchVersion: 1,
      session,
      provenance: provenance(closure, checkout, session.name),
      ...(needsHistory(bundle) ? { observed: await observeHistory(dirname(folder.path), keyOf(closure)) } : {}),
      spaces: { workspace: folder.workspace, domain, references },
      ...policyPlace(closure, checkout),
      modelFiles,
      ...foldersByTree(code, toolTrees),
      ...apiKeys(closure),
      ...venueLimits(closure),
    },
  };
}

function keyOf({ flow }: Closure): FlowKey {
  return { namespace: namespaceOf(flow), name: flow.metadata.name };
}

function namespaceOf({ metadata }: Pick<Closure['flow'], 'metadata'>): string {
  return metadata.namespace ?? 'default';
}

/** Where it came from: recorded in the journal, and in no digest. */
function provenance({ flow, band, venue, score }: Closure, { origin }: Checkout, session: string): JsonObject {
  const { name, verifiedBy } = systemPeople(userInfo().uid);
  return {
    executor: 'process',
    session,
    requestedBy: { name, verifiedBy },
    source: { ...origin },
    namespace: namespaceOf(flow),
    flow: flow.metadata.name,
    band: band.metadata.name,
    venue: venue.metadata.name,
    score: score.metadata.name,
  };
}

/** Where the Policies of a Flow stand: they may become stricter while a Session waits. */
function policyPlace({ flow: { metadata } }: Closure, { pinned, manifests }: Checkout): Pick<Launch, 'policies'> {
  if (pinned) return {};
  return { policies: { manifests, namespace: namespaceOf({ metadata }), labels: metadata.labels ?? {} } };
}

/** The names of the secrets that hold keys, by back end; never the keys. */
function apiKeys({ venue }: Closure): Pick<Launch, 'apiKeys'> {
  const named = (venue.spec.backends ?? []).flatMap(({ name, apiKeySecretRef }) =>
    apiKeySecretRef === undefined ? [] : [[name, `${apiKeySecretRef.name}/${apiKeySecretRef.key}`] as const],
  );
  return named.length === 0 ? {} : { apiKeys: Object.fromEntries(named) };
}

/** Before anything is begun or paid for. Throws `ToolsNotReachable` where tools need a Python and there is none. */
async function checkPython({ toolsets }: Closure, searchPath: string): Promise<void> {
  const toolset = toolsets.find(({ spec }) => spec.source === 'python');
  if (toolset === undefined) return;
  try {
    await findPython(searchPath);
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    const at = placeText(toolset, 'spec.source');
    throw new OrketError(error.reason, error.summary, { ...error.detail, at }, error);
  }
}

/** The folders of the Toolsets that have code, by name. */
function toolFolders({ toolsets }: Closure, root: string): Readonly<Record<string, string>> {
  const folders = toolsets.flatMap((toolset) => {
    const code = toolCode(toolset);
    if (code === undefined) return [];
    for (const named of toolPaths(toolset)) reachedPath(named, root);
    return [[toolset.metadata.name, resolve(root, code.folder)] as const];
  });
  return Object.fromEntries(folders);
}

function foldersByTree(
  folders: Readonly<Record<string, string>>,
  trees: Readonly<Record<string, Digest>>,
): Pick<Launch, 'toolFolders'> {
  const byTree = Object.entries(folders).map(([name, folder]) => [trees[name] ?? '', folder] as const);
  return byTree.length === 0 ? {} : { toolFolders: Object.fromEntries(byTree) };
}

/** How much each back end may be asked: how fast a run is, and not what it comes to. */
function venueLimits({ venue }: Closure): Pick<Launch, 'venueLimits'> {
  const { limits } = venue.spec;
  return limits === undefined || Object.keys(limits).length === 0 ? {} : { venueLimits: limits };
}

/** What a run writes must not change what it reads: only folders named `.orket` are never part of a tree. */
function refuseStateInside(read: readonly string[], state: string): void {
  for (const folder of read) {
    const way = relative(folder, state);
    if (way.startsWith('..') || isAbsolute(way) || way.split('/').includes('.orket')) continue;
    throw new OrketError('Usage', 'the state would be written into a folder that the Session reads', {
      at: state,
      expected: `a folder outside ${folder}, or one named .orket`,
      found: way,
      remedy: 'Choose another folder with --state.',
    });
  }
}

function findModelFiles({ venue }: Closure, folders: readonly string[]): Readonly<Record<string, string>> {
  if (venue.spec.provider !== 'llama') return {};
  const files = (venue.spec.backends ?? []).map(({ name, model }, index) => {
    const file = folders.map((folder) => resolve(folder, model)).find((path) => existsSync(path));
    if (file !== undefined) return [name, file] as const;
    throw new OrketError('ProviderNotAvailable', 'the model file is not on this machine', {
      at: placeText(venue, `spec.backends[${index}].model`),
      expected: `${model} in ${folders.join(' or ')}`,
      found: 'nothing',
      remedy: 'Put the GGUF file there, or name its folder in ORKET_MODELS.',
    });
  });
  return Object.fromEntries(files);
}

/** `$ORKET_MODELS`, else the user's data folder. */
export function modelFolders(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const data = environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  const named = environment['ORKET_MODELS'];
  return [
    ...(named === undefined ? [] : named.split(':').filter((folder) => folder !== '')),
    join(data, 'orket', 'models'),
  ];
}

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

async function mapValues<V, R>(
  record: Readonly<Record<string, V>>,
  map: (value: V) => Promise<R>,
): Promise<Record<string, R>> {
  const entries = await Promise.all(
    Object.entries(record).map(async ([key, value]) => [key, await map(value)] as const),
  );
  return Object.fromEntries(entries);
}
