import { existsSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  checkClosure,
  checkManifests,
  isJsonObject,
  loadManifests,
  OrketError,
  projectRules,
  selects,
  type BundleRule,
  type Problem,
} from '#crds';
import type { PolicyPlace } from '#runtime';

/**
 * The rules of the Policies that stand beside the manifests of a Session now; null where the manifests are gone. Of what
 * else stands there nothing is judged: a Session goes on with what it was pinned to. Throws `InvalidManifest` where a
 * file that might hold a Policy cannot be read, or a Policy is wrong.
 */
export async function readLivePolicies({
  manifests,
  namespace,
  labels,
}: PolicyPlace): Promise<readonly BundleRule[] | null> {
  if (!existsSync(manifests)) return null;
  const { documents, problems } = await loadManifests([manifests]);
  const policies = documents.filter(({ value }) => isJsonObject(value) && value['kind'] === 'Policy');
  const checked = checkManifests({ documents: policies, problems }, { namespace });
  const [problem] = [...checked.problems, ...checkClosure(checked.resources).problems];
  if (problem !== undefined) throw unreadable(problem);
  const applying = checked.resources
    .filter((resource) => resource.kind === 'Policy')
    .filter(({ spec }) => selects(spec.flowSelector, labels));
  return projectRules(applying);
}

function unreadable({ file, line, path, message, expected, found, remedy }: Problem): OrketError {
  return new OrketError('InvalidManifest', `the Policies as they are now cannot be read: ${message}`, {
    at: `${file}:${line} ${path}`.trim(),
    expected,
    found,
    remedy,
  });
}

/** Tells when manifests change, or the work tree that they are in is at another commit. */
export function watchManifests({ manifests }: PolicyPlace, changed: () => void): { close(): void } {
  const places = [manifests, repositoryOf(manifests)].filter((place) => place !== null);
  const watchers = places.flatMap((place): readonly FSWatcher[] => {
    try {
      return [watch(place, changed).on('error', () => {})];
    } catch {
      // Gone, or more than the kernel watches: the next attempt reads them again.
      return [];
    }
  });
  return { close: () => watchers.forEach((watcher) => watcher.close()) };
}

/** The folder that git writes whenever a work tree goes to another commit. */
function repositoryOf(path: string): string | null {
  const git = join(path, '.git');
  if (existsSync(git)) return git;
  return dirname(path) === path ? null : repositoryOf(dirname(path));
}
