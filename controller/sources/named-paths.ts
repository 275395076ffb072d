import { opendirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import {
  didYouMean,
  OrketError,
  placeOf,
  type Flow,
  type Problem,
  type Reason,
  type Resource,
  type Toolset,
} from '#crds';
import { isInside } from '#runtime';

/** A path of a work tree that a resource names. */
export interface NamedPath {
  readonly resource: Resource;
  readonly field: string;
  /** As the resource has it. */
  readonly path: string;
  /** What of the work tree it begins in, `.` for its root. */
  readonly from: string;
  readonly kind: 'file' | 'folder';
}

/** The paths of a work tree that a Flow or a Toolset names. */
function namedPaths(resource: Resource): readonly NamedPath[] {
  if (resource.kind === 'Toolset') return toolPaths(resource);
  if (resource.kind !== 'Flow') return [];
  const domain = domainPath(resource);
  return [...(domain === undefined ? [] : [domain]), ...referencePaths(resource).values()];
}

export function domainPath(flow: Flow): NamedPath | undefined {
  const { domain } = flow.spec.workspace;
  if (domain === undefined) return undefined;
  return { resource: flow, field: 'spec.workspace.domain.path', path: domain.path, from: '.', kind: 'folder' };
}

/** By the names of the references. */
export function referencePaths(flow: Flow): ReadonlyMap<string, NamedPath> {
  const paths = (flow.spec.workspace.references ?? []).map(({ name, path }, index): [string, NamedPath] => [
    name,
    { resource: flow, field: `spec.workspace.references[${index}].path`, path, from: '.', kind: 'folder' },
  ]);
  return new Map(paths);
}

/** Its file alone, or its folder and the file in it. */
export function toolPaths(toolset: Toolset): readonly NamedPath[] {
  const { path, entry } = toolset.spec;
  if (path === undefined) return [];
  const at = { resource: toolset, field: 'spec.path', path, from: '.' };
  if (entry === undefined) return [{ ...at, kind: 'file' }];
  return [
    { ...at, kind: 'folder' },
    { resource: toolset, field: 'spec.entry', path: entry, from: path, kind: 'file' },
  ];
}

/** What is wrong with the paths of resources in a work tree; of those within a path that is wrong nothing more. */
export function pathProblems(resources: readonly Resource[], root: string): readonly Problem[] {
  return resources.flatMap((resource) => {
    const wrong = new Set<string>();
    return namedPaths(resource).flatMap((named) => {
      const problem = wrong.has(named.from) ? undefined : pathProblem(named, root);
      if (problem === undefined) return [];
      wrong.add(named.path);
      return [problem];
    });
  });
}

/** The same of one path: whether what it says is there, and inside. */
function pathProblem(named: NamedPath, root: string): Problem | undefined {
  const { resource, field, path, from, kind } = named;
  const base = resolve(root, from);
  const full = resolve(base, path);
  const found = isAbsolute(path) || !isInside(base, full) ? 'a path that leads out of it' : standingAt(full, root);
  if (found === kind) return undefined;
  const shown = found === undefined ? 'nothing there' : found === 'file' || found === 'folder' ? `a ${found}` : found;
  return {
    stage: 'closure',
    reason: reasonOf(resource),
    ...placeOf(resource, field),
    path: field,
    message: found === undefined ? `there is no such ${kind}` : `this is no ${kind} of the work tree`,
    expected: `a ${kind} below ${base}`,
    found: `${JSON.stringify(path)}, ${shown}`,
    remedy: remedyFor(named, { full, root, found }),
  };
}

/** Where a path of a resource leads. Throws `DomainNotReachable` or `ToolsNotReachable` that says where it is named. */
export function reachedPath(named: NamedPath, root: string): string {
  const problem = pathProblem(named, root);
  if (problem === undefined) return resolve(root, named.from, named.path);
  const { path, message, expected, found, remedy } = problem;
  const at = placeText(named.resource, path);
  throw new OrketError(reasonOf(named.resource), message, { at, expected, found, remedy });
}

/** Where a field of a resource is, as errors tell it. */
export function placeText(resource: Resource, field: string): string {
  const { file, line, column } = placeOf(resource, field);
  return `${file}:${line}:${column} ${field}`;
}

function reasonOf({ kind }: Resource): Reason {
  return kind === 'Toolset' ? 'ToolsNotReachable' : 'DomainNotReachable';
}

/** Links count as what they lead to, as long as that is inside. */
function standingAt(full: string, root: string): string | undefined {
  const status = statSync(full, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!isInside(realpathSync(root), realpathSync(full))) return 'a link that leads out of it';
  return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'neither a file nor a folder';
}

interface Missed {
  readonly full: string;
  readonly root: string;
  readonly found: string | undefined;
}

function remedyFor({ resource, path, from, kind, field }: NamedPath, { full, root, found }: Missed): string {
  if (found === 'folder') return 'Name the file in it that defines the tools, or add entry.';
  if (found === 'file') return 'Name its folder.';
  if (found !== undefined) return `Put the ${kind} itself into the work tree, and name it from there.`;
  const beside = resolve(dirname(placeOf(resource, field).file), path);
  if (from === '.' && isInside(root, beside) && standingAt(beside, root) === kind) {
    return `Write ${JSON.stringify(relative(root, beside))}: paths begin at the root of the work tree, not beside the manifest.`;
  }
  const near = didYouMean(basename(full), namesIn(dirname(full)));
  return from === '.'
    ? `${near}Paths begin at the root of the work tree; outside git, at the folder that is run.`
    : `${near}entry begins at path.`;
}

const MAX_NAMES = 256;

function namesIn(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const names: string[] = [];
  const listing = opendirSync(folder);
  try {
    for (let entry = listing.readSync(); entry !== null && names.length < MAX_NAMES; entry = listing.readSync()) {
      names.push(entry.name);
    }
  } finally {
    listing.closeSync();
  }
  return names;
}
