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
import { treeOf } from '../../workspace/tree.ts';
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
 * Copies the code of a Toolset to where only its host uses it, so that what was checked is what runs. Throws
 * `ToolHostFailed` where the tree is not the pinned one or is too large.
 */
export async function prepareFolder(source: string, pinned: Digest, temporary: string): Promise<HostFolder> {
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
    await copyTree(source, tool);
    const found = (await treeOf(tool, { listing: 'all' })).digest;
    if (found !== pinned) throw changed(pinned, found);
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

async function copyTree(source: string, target: string): Promise<void> {
  const { entries } = await treeOf(source);
  let bytes = 0;
  for (const entry of entries.values()) bytes += entry.bytes;
  if (bytes > most.bytes || entries.size > most.files) {
    const expected = `at most ${most.files} files of ${most.bytes} bytes`;
    throw new OrketError('ToolHostFailed', 'the code of a Toolset is too large', { expected, found: `${bytes} bytes` });
  }
  for (const [path, { kind }] of entries) {
    const [from, to] = [join(source, path), join(target, path)];
    if (kind === 'dir') continue;
    await mkdir(dirname(to), { recursive: true });
    if (kind === 'link') await symlink(await readlink(from), to);
    else await copyFile(from, to);
    if (kind !== 'link') await chmod(to, kind === 'exec' ? 0o555 : 0o444);
  }
  for (const [path, { kind }] of entries) if (kind === 'link') await expectInside(join(target, path), target);
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
