import { OrketError, type Bundle, type Digest } from '#crds';
import { openWorkspace } from './open.ts';
import type { Launch } from '../launch.ts';
import type { FileLimits } from '../semantics/semantics.ts';
import type { Workspace } from './workspace.ts';

const defaultSizeBytes = 1024 * 1024 * 1024;

/**
 * Opens the files of a Session as its bundle says, in the folders of its launch. Throws DomainNotReachable and
 * ReferenceNotReady where the bundle pins a folder that the launch does not name, and what `openWorkspace` throws.
 */
export function openBundleWorkspace(
  bundle: Pick<Bundle, 'workspace'>,
  { spaces }: Pick<Launch, 'spaces'>,
  limits: FileLimits,
): Promise<Workspace> {
  const { readScope, writeScope, sizeLimitBytes, domain, references } = bundle.workspace ?? {};
  if (domain !== undefined && spaces.domain === null) {
    throw new OrketError('DomainNotReachable', 'the folder of the domain is not here', { expected: domain.tree });
  }
  return openWorkspace({
    // What the bundle does not pin is not part of the run: another machine would not have it.
    spaces: {
      workspace: spaces.workspace,
      domain: domain === undefined ? null : spaces.domain,
      references: foldersOf(references ?? [], spaces.references),
    },
    policy: {
      readScope: readScope ?? ['workspace', 'reference', 'domain'],
      writeScope: writeScope ?? ['workspace'],
    },
    limits,
    sizeLimitBytes: sizeLimitBytes ?? defaultSizeBytes,
    domainTree: domain?.tree ?? null,
    referenceTrees: Object.fromEntries((references ?? []).map(({ name, tree }): [string, Digest] => [name, tree])),
  });
}

function foldersOf(
  references: readonly { readonly name: string; readonly tree: Digest }[],
  folders: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    references.map(({ name, tree }) => {
      const folder = folders[name];
      if (folder !== undefined) return [name, folder];
      throw new OrketError('ReferenceNotReady', `the folder of reference ${name} is not here`, { expected: tree });
    }),
  );
}
