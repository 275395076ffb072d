import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { OrketError, type Digest } from '#crds';
import { readEntries, readSizes } from '../../workspace/tree-entry.ts';
import { listingOf, listTree, type Listed } from '../../workspace/tree-listing.ts';
import { mostFiles, treeOf } from '../../workspace/tree.ts';
import type { HostPrograms } from './machine.ts';
import { isInside } from '../../workspace/inside.ts';

const most = { bytes: 256 * 1024 * 1024, files: 20_000 } as const;

/** Folders of one host on this machine. */
export interface HostFolder {
  /** `tool/`, `work/`, `root/` and `package.json` are in it. */
  readonly path: string;
  readonly tool: string;
  readonly work: string;
  readonly root: string;
  readonly packageFile: string;
  remove(): Promise<void>;
}

/**
 * Copies the code of a Toolset to where only its host uses it, so that what was checked is what runs; null takes it as it
 * is. Throws `ToolHostFailed` where the tree is not the pinned one or is too large, and what `signal` says where that fires.
 */
export async function prepareFolder(
  source: string,
  pinned: Digest | null,
  temporary: string,
  signal?: AbortSignal,
): Promise<HostFolder> {
  const path = await realpath(await mkdtemp(join(temporary, 'orket-host-')));
  const [tool, work, root] = [join(path, 'tool'), join(path, 'work'), join(path, 'root')];
  const folder = {
    path,
    tool,
    work,
    root,
    packageFile: join(path, 'package.json'),
    remove: () => removeHostFolder(path),
  };
  try {
    for (const made of [tool, work, root]) await mkdir(made);
    // Without it Node guesses for each file what kind of module it is.
    await writeFile(folder.packageFile, '{"type":"module"}\n');
    await copyTree(source, tool, signal);
    if (pinned !== null) await expectPinned(pinned, tool);
    await chmod(path, 0o755);
    await chmod(work, 0o777);
    await setFolderModes(tool, 0o555);
    return folder;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Copies what hosts are made of beside the code, for a user who may not be able to read where it is. */
export async function copyPrograms({ node, sdk, python }: HostPrograms, { path }: HostFolder): Promise<HostPrograms> {
  const [host, sdkPython] = [join(path, 'host'), join(path, 'python')];
  const sdkFile = join(path, basename(sdk));
  await cp(node.folder, host, { recursive: true });
  await cp(python, sdkPython, { recursive: true });
  await copyFile(sdk, sdkFile);
  for (const copied of [host, sdkPython, sdkFile]) await makeReadable(copied);
  return { node: { folder: host, main: node.main }, sdk: sdkFile, python: sdkPython };
}

async function makeReadable(path: string): Promise<void> {
  const isFolder = (await lstat(path)).isDirectory();
  await chmod(path, isFolder ? 0o755 : 0o644);
  if (isFolder) for (const name of await readdir(path)) await makeReadable(join(path, name));
}

async function copyTree(source: string, target: string, signal?: AbortSignal): Promise<void> {
  const listed = await listTree(source, await listingOf(source), mostFiles);
  await expectSmall(source, listed);
  signal?.throwIfAborted();
  const entries = await readEntries(source, listed);
  for (const [path, { kind }] of entries) {
    signal?.throwIfAborted();
    const [from, to] = [join(source, path), join(target, path)];
    if (kind === 'dir') continue;
    await mkdir(dirname(to), { recursive: true });
    if (kind === 'link') await symlink(await readlink(from), to);
    else await copyFile(from, to);
    if (kind !== 'link') await chmod(to, kind === 'exec' ? 0o555 : 0o444);
  }
  for (const [path, { kind }] of entries) if (kind === 'link') await expectInside(join(target, path), target);
}

/** Looked at before anything is read: that would take as long as the code is large. */
async function expectSmall(source: string, listed: Listed): Promise<void> {
  const files = listed.paths.size;
  if (files > most.files) throw tooLarge(`${files} files`);
  let bytes = 0;
  for (const size of (await readSizes(source, listed)).values()) bytes += size;
  if (bytes > most.bytes) throw tooLarge(`${bytes} bytes`);
}

function tooLarge(found: string): OrketError {
  const expected = `at most ${most.files} files of ${most.bytes} bytes`;
  return new OrketError('ToolHostFailed', 'the code of a Toolset is too large', { expected, found });
}

async function expectPinned(pinned: Digest, tool: string): Promise<void> {
  const found = (await treeOf(tool, { listing: 'all' })).digest;
  if (found !== pinned) throw changed(pinned, found);
}

/**
 * Node follows links out of what it lets a tool read. Throws `ToolHostFailed` for one that leads out of the tree: by what
 * it says, or by way of others, as far as they lead anywhere.
 */
async function expectInside(link: string, tree: string): Promise<void> {
  const target = await readlink(link);
  const said = resolve(dirname(link), target);
  // Where nothing is there yet, by what would hold it.
  const leads = await realpath(link)
    .catch(() => realpath(`${dirname(link)}/${dirname(target)}`))
    .catch(() => said);
  if (!isAbsolute(target) && [leads, said].every((path) => isInside(tree, path))) return;
  throw new OrketError('ToolHostFailed', 'a link in the code of a Toolset leads out of its folder', {
    at: relative(tree, link),
    expected: 'a link to what is beside it',
    found: target.toWellFormed().slice(0, 200),
    remedy: 'Put what it leads to into the folder of the Toolset.',
  });
}

function changed(expected: Digest, found: Digest): OrketError {
  return new OrketError('ToolHostFailed', 'the code of a Toolset is not what the bundle pins', {
    expected,
    found,
    remedy: 'Start a new Session with the code as it is now, or put the old code back.',
  });
}

async function setFolderModes(path: string, mode: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await setFolderModes(join(path, entry.name), mode);
  }
  await chmod(path, mode);
}

/** Removes what `prepareFolder` made, or what it had made of it. */
export async function removeHostFolder(path: string): Promise<void> {
  const tool = join(path, 'tool');
  const isThere = await lstat(tool).then(
    () => true,
    () => false,
  );
  // What is in a read-only folder can be removed by root alone.
  if (isThere) await openFolders(tool);
  await rm(path, { recursive: true, force: true });
}

async function openFolders(path: string): Promise<void> {
  await chmod(path, 0o755);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
  }
}
