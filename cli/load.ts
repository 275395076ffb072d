import { relative, resolve } from 'node:path';
import {
  checkClosure,
  checkManifests,
  counted,
  didYouMean,
  loadManifests,
  OrketError,
  type Flow,
  type Problem,
  type Resource,
} from '#crds';
import { problemText, warningText } from './output/problems.ts';
import type { Terminal } from './terminal.ts';

export interface LoadedManifests {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
  /** What is not wrong and hardly meant; no word that a problem tells of. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads manifests and checks everything that can be checked without running them. Nothing is thrown for what a person
 * wrote. `namespace` as `-n`, null for none.
 */
export async function load(paths: readonly string[], namespace: string | null): Promise<LoadedManifests> {
  const loaded = await loadManifests(paths);
  const checked = checkManifests(loaded, namespace === null ? {} : { namespace });
  const closure = checkClosure(checked.resources);
  const problems = [...checked.problems, ...closure.problems];
  const told = new Set(problems.map(placeText));
  const words = checked.warnings.filter((warning) => !told.has(placeText(warning)));
  const warnings = [...words, ...closure.warnings];
  return { resources: checked.resources, problems, warnings };
}

function placeText({ file, line, column }: Problem): string {
  return `${file}:${line}:${column}`;
}

/** The same where anything wrong ends the command: says each problem, then throws InvalidManifest. */
export async function loadValid(
  paths: readonly string[],
  namespace: string | null,
  terminal: Terminal,
): Promise<readonly Resource[]> {
  const { resources, problems, warnings } = await load(paths, namespace);
  for (const warning of warnings) terminal.say(warningText(seenFrom(terminal.cwd, warning)));
  const at = paths.map((path) => fromHere(terminal.cwd, path)).join(' ');
  if (problems.length > 0) throw refused(problems, at, 'the manifests', terminal);
  return resources;
}

function seenFrom(cwd: string, problem: Problem): Problem {
  return { ...problem, file: fromHere(cwd, problem.file) };
}

/** A path as a person types it: from the working folder, where it is in there. */
function fromHere(cwd: string, path: string): string {
  const way = relative(cwd, resolve(cwd, path));
  if (way === '') return '.';
  return way.startsWith('..') ? path : way;
}

/** Says each problem, and gives the error that ends the command. */
export function refused(problems: readonly Problem[], at: string, what: string, terminal: Terminal): OrketError {
  for (const problem of problems) terminal.say(problemText(seenFrom(terminal.cwd, problem)));
  return new OrketError('InvalidManifest', `${counted(problems.length, 'problem')} in ${what}`, {
    at,
    remedy: 'Each is told above.',
  });
}

/** The one Flow, or the one that is named. Throws Usage with what there is to choose from. */
export function chooseFlow(resources: readonly Resource[], name: string | undefined, at: string): Flow {
  const flows = resources.filter((resource) => resource.kind === 'Flow');
  const names = flows.map(({ metadata }) => metadata.name).toSorted();
  const chosen = name === undefined ? flows : flows.filter(({ metadata }) => metadata.name === name);
  const [flow, second] = chosen;
  if (flow !== undefined && second === undefined) return flow;
  const summary =
    flow !== undefined
      ? 'there are several Flows here'
      : names.length === 0
        ? 'there is no Flow here'
        : 'there is no such Flow here';
  throw new OrketError('Usage', summary, {
    at,
    expected: name === undefined ? 'exactly one Flow, or --flow NAME' : `a Flow ${JSON.stringify(name)}`,
    found: names.length === 0 ? 'no Flow' : names.join(', '),
    ...(name === undefined ? {} : { remedy: didYouMean(name, names).trim() }),
  });
}
