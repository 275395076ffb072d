import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleTool, Digest, JsonObject } from '#crds';
import { treeOf } from '#runtime';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import type { HostedTool } from '../../runtime/tools/host/definitions.ts';
import { createToolHosts, type ToolHosts } from '../../runtime/tools/host/hosts.ts';
import { confinements } from '../../runtime/tools/host/isolation.ts';
import type { Machine } from '../../runtime/tools/host/machine.ts';
import { programsBeside } from '../../runtime/tools/host/programs.ts';

export type Language = 'module' | 'python';

const root = join(import.meta.dirname, '../..');
const toolFolder = join(import.meta.dirname, 'tool-hosts');

/**
 * Where all hosts of this process get their folders: by its name their processes are known. Not by the name that session
 * processes give theirs: they take away what nobody holds.
 */
export const hostsFolder = realpathSync(mkdtempSync(join(tmpdir(), 'orket-rig-hosts-')));

// As the folder for temporary files of a machine is: others may pass.
chmodSync(hostsFolder, 0o755);

/** This machine, as the session process finds it. */
function thisMachine(parts: Partial<Machine> = {}): Machine {
  return {
    platform: process.platform,
    release: release(),
    userId: process.getuid?.() ?? null,
    processId: process.pid,
    node: realpathSync(process.execPath),
    searchPath: process.env['PATH'] ?? '',
    temporary: hostsFolder,
    programs: programsBeside(join(root, 'runtime/main.ts')),
    ...parts,
  };
}

/** What this machine offers, the strictest first, asked once. */
let found: Promise<readonly Confinement[]> | undefined;
export function confinementsHere(): Promise<readonly Confinement[]> {
  return (found ??= all(confinements(thisMachine())));
}

async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** What is used here. */
export async function confinementHere(): Promise<Confinement> {
  const [strictest] = await confinementsHere();
  if (strictest === undefined) throw new Error('without anything it always works');
  return strictest;
}

let tree: Promise<Digest> | undefined;
function toolTree(): Promise<Digest> {
  return (tree ??= treeOf(toolFolder).then(({ digest }) => digest));
}

/** Every tool that both languages have. */
export const suiteTools: readonly string[] =
  'repeat echo count wait fail pretend ask askAll askCarefully askBounded askTooMuch use change refused stops hang exit abort memory share print floodOutput floodErrors floodFrames huge large inexact breakFrame children bomb look list put fill litter closeWire environment arguments descriptors signal attach run connect hunt escape'.split(
    ' ',
  );

/** A tool of the suite's Toolset as a bundle has it. */
export async function hosted(language: Language, tool: string, parts: Partial<BundleTool> = {}): Promise<HostedTool> {
  const entry = language === 'module' ? 'tools.ts' : 'tools.py';
  const source = { type: language, tree: await toolTree(), entry, tool } as const;
  return { name: `odd.${tool}`, risk: 'read', ...schemaOf(tool), ...parts, source };
}

/** What both languages say of one tool; the others are declared without schemas. */
function schemaOf(tool: string): { readonly inputSchema?: JsonObject } {
  if (tool !== 'repeat') return {};
  return {
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string' }, times: { type: 'integer' } },
      required: ['text'],
      additionalProperties: false,
    },
  };
}

export async function hostsFor(
  tools: readonly HostedTool[],
  parts: { readonly confinement?: Confinement; readonly folders?: Readonly<Record<string, string>> } = {},
): Promise<ToolHosts> {
  return createToolHosts(
    { tools },
    {
      machine: thisMachine(),
      pause: async (ms, signal) => sleep(ms, undefined, { signal }),
      folders: parts.folders ?? { [await toolTree()]: toolFolder },
      confinement: parts.confinement ?? (await confinementHere()),
    },
  );
}
