import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { OrketError } from '#crds';
import { semanticsOf } from '#runtime';
import type { FileLimits } from '../../runtime/semantics/semantics.ts';
import { openWorkspace, type OpenWorkspace } from '../../runtime/workspace/open.ts';
import { PathRefused } from '../../runtime/workspace/refusal.ts';
import { treeOf } from '../../runtime/workspace/tree.ts';
import type { CallFiles, Workspace } from '../../runtime/workspace/workspace.ts';

/** Real folders for one test, with a secret beside them that nothing may reach. */
export interface Spaces {
  readonly workspace: string;
  readonly domain: string;
  readonly reference: string;
  /** Outside of every space; holds `secret.txt`. */
  readonly outside: string;
}

/** For tests that try thousands of times what one call may not. */
export const manyUses: FileLimits = {
  ...semanticsOf(1).fileLimits,
  callOperations: Number.POSITIVE_INFINITY,
  callRefusals: Number.POSITIVE_INFINITY,
};

export const secret = 'OUTSIDE-THE-SCOPE';

export async function makeSpaces(): Promise<Spaces> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'orket-spaces-')));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const folder = (name: string): string => join(base, name);
  const spaces = {
    workspace: folder('workspace'),
    domain: folder('domain'),
    reference: folder('reference'),
    outside: folder('outside'),
  };
  for (const path of Object.values(spaces)) await mkdir(path);
  await put(spaces.outside, { 'secret.txt': secret });
  return spaces;
}

/** Writes files below a folder, making what is missing. */
export async function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Opens the spaces; the domain pinned to what it is now where `pinned` says so. */
export async function openSpaces(
  spaces: Spaces,
  options: Partial<Omit<OpenWorkspace, 'spaces'>> & { readonly pinned?: boolean } = {},
): Promise<Workspace> {
  const { pinned, ...rest } = options;
  return openWorkspace({
    spaces: {
      workspace: spaces.workspace,
      domain: spaces.domain,
      references: { handbook: spaces.reference },
    },
    policy: { readScope: ['workspace', 'reference', 'domain'], writeScope: ['workspace'] },
    limits: semanticsOf(1).fileLimits,
    sizeLimitBytes: null,
    ...(pinned === true ? { domainTree: (await treeOf(spaces.domain)).digest } : {}),
    ...rest,
  });
}

export async function textAt(files: CallFiles, path: string): Promise<string> {
  return (await files.read(path, { offset: 0, bytes: 1024 * 1024 })).text;
}

/** The rule that refuses, or the reason of another error of the catalogue, or `done`. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof PathRefused) return error.rule;
    if (error instanceof OrketError) return error.reason;
    throw error;
  }
}
