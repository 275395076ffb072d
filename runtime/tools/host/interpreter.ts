import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isJsonObject, OrketError, parseJson } from '#crds';
import type { Confinement, HostMemory, Mount } from './confinement.ts';
import { findProgram } from './isolation.ts';
import type { Machine } from './machine.ts';

const mebibyte = 1024 * 1024;

/** Node's heap is bounded below its data, so that it says what happened. It reserves addresses that it never uses. */
export const hostMemory: Readonly<Record<'module' | 'python', HostMemory>> = {
  module: { dataBytes: 1536 * mebibyte, addressBytes: null },
  python: { dataBytes: 1024 * mebibyte, addressBytes: 1536 * mebibyte },
};
const heapMegabytes = 512;

/** How a host of some language is run. */
export interface Interpreter {
  readonly command: readonly string[];
  readonly mounts: readonly Mount[];
}

/** Where a host finds the code of its tools, and where it may write. */
export interface Places {
  readonly tool: string;
  readonly work: string;
  readonly packageFile: string;
}

const boxed = { node: '/orket/node', host: '/orket/host', sdk: '/orket/tool', python: '/orket/python' } as const;

export const boxedPlaces: Places = { tool: '/tool', work: '/tmp', packageFile: '/package.json' };

/** Node with its permission model: it reads its own program and the tree of the tool, and writes its working folder. */
export function nodeInterpreter(
  machine: Machine,
  confinement: Confinement,
  entry: string,
  places: Places,
): Interpreter {
  const { node, sdk } = machine.programs;
  const isBoxed = confinement.kind === 'namespaces';
  const program = isBoxed ? machine.node : undefined;
  const host = isBoxed ? boxed.host : node.folder;
  const sdkFile = isBoxed ? `${boxed.sdk}${sdk.slice(sdk.lastIndexOf('.'))}` : sdk;
  const readable = [`${places.tool}/*`, `${host}/*`, sdkFile, places.packageFile];
  const flags = [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-read=${places.work}/*`,
    `--allow-fs-write=${places.work}/*`,
    `--max-old-space-size=${heapMegabytes}`,
    '--disable-warning=ExperimentalWarning',
  ];
  return {
    command: [
      program === undefined ? machine.node : boxed.node,
      ...flags,
      join(host, node.main),
      sdkFile,
      places.tool,
      entry,
    ],
    mounts: [
      { word: 'file', source: machine.node, target: boxed.node },
      { word: 'folder', source: node.folder, target: boxed.host },
      { word: 'file', source: sdk, target: sdkFile },
    ],
  };
}

const pythonStart = 'import sys; sys.path.insert(0, sys.argv[1]); from orket._host import main; main(*sys.argv[2:])';

/** The `python3` of the search path, without what a user set up. Throws `ToolsNotReachable` where there is none. */
export async function pythonInterpreter(
  machine: Machine,
  confinement: Confinement,
  entry: string,
  places: Places,
): Promise<Interpreter> {
  const { program, folder } = await findPython(machine.searchPath);
  const sdk = confinement.kind === 'namespaces' ? boxed.python : machine.programs.python;
  return {
    command: [program, '-I', '-B', '-X', 'utf8', '-c', pythonStart, sdk, places.tool, entry],
    mounts: [...ownFolders(folder), { word: 'folder', source: machine.programs.python, target: boxed.python }],
  };
}

/** Where a Python has its library, where that is not with the programs of the system, which every host sees. */
function ownFolders(folder: string): readonly Mount[] {
  const isOfSystem = folder === '/' || folder === '/usr' || folder.startsWith('/usr/');
  return isOfSystem ? [] : [{ word: 'folder', source: folder, target: folder }];
}

const pythonQuestion = [
  'import json, os, sys',
  'print(json.dumps({"program": os.path.realpath(sys.executable), "version": list(sys.version_info[:2]),',
  '  "folder": os.path.realpath(sys.base_prefix)}))',
].join('\n');

/** The Python that tools run with, and where it has its library. Throws `ToolsNotReachable` where there is none that will do. */
export async function findPython(searchPath: string): Promise<{ program: string; folder: string }> {
  const missing = (found: string, cause?: unknown): OrketError =>
    new OrketError(
      'ToolsNotReachable',
      'tools in Python need a Python here',
      {
        expected: 'python3 of version 3.9 or later on PATH',
        found,
        remedy: 'Install Python 3, or use a Toolset in TypeScript.',
      },
      cause,
    );
  const python = await findProgram('python3', searchPath);
  if (python === null) throw missing('none');
  try {
    const { stdout } = await promisify(execFile)(python, ['-I', '-c', pythonQuestion], {
      env: { PATH: searchPath },
      timeout: 20_000,
    });
    const told = parseJson(stdout);
    const { program, folder, version } = isJsonObject(told) ? told : {};
    const [major, minor] = Array.isArray(version) ? version.map(Number) : [];
    if (typeof program !== 'string' || typeof folder !== 'string') throw missing('one that does not answer');
    if (major !== 3 || (minor ?? 0) < 9) throw missing(`version ${String(major)}.${String(minor)}`);
    return { program: await realpath(program), folder };
  } catch (error) {
    if (error instanceof OrketError && error.reason === 'ToolsNotReachable') throw error;
    throw missing('one that does not run', error);
  }
}
