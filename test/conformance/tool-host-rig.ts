import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleTool, Digest, JsonObject } from '#crds';
import { treeOf } from '#runtime';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import type { HostedTool } from '../../runtime/tools/host/definitions.ts';
import { createToolHosts, type ToolHosts } from '../../runtime/tools/host/hosts.ts';
import { findConfinement, ownUserId } from '../../runtime/tools/host/isolation.ts';
import type { Machine } from '../../runtime/tools/host/machine.ts';
import { programsBeside } from '../../runtime/tools/host/programs.ts';

export type Language = 'module' | 'python';

const root = join(import.meta.dirname, '../..');
const toolFolder = join(import.meta.dirname, 'tool-hosts');

/** This machine, as the session process finds it. */
export function thisMachine(parts: Partial<Machine> = {}): Machine {
  return {
    platform: process.platform,
    release: release(),
    userId: process.getuid?.() ?? null,
    processId: process.pid,
    node: realpathSync(process.execPath),
    searchPath: process.env['PATH'] ?? '',
    temporary: realpathSync(tmpdir()),
    programs: programsBeside(join(root, 'runtime/main.ts')),
    ...parts,
  };
}

/** What this machine offers, asked once. */
let found: Promise<Confinement> | undefined;
function confinementHere(): Promise<Confinement> {
  return (found ??= findConfinement(thisMachine()));
}

let tree: Promise<Digest> | undefined;
function toolTree(): Promise<Digest> {
  return (tree ??= treeOf(toolFolder).then(({ digest }) => digest));
}

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

/** Processes of hosts of this process: by the users they run as, and by the folders that their commands name. */
export function hostProcesses(): readonly string[] {
  const [first, last] = [ownUserId(thisMachine(), 0), ownUserId(thisMachine(), 63)];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.flatMap((pid) => {
    try {
      const user = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOurs = (user >= first && user <= last) || command.includes('/orket-host-');
      return isOurs ? [`${pid} ${user} ${command.slice(-200)}`] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Waits until no process of a host is left; gives those that are after a while. */
export async function leftAfter(ms: number): Promise<readonly string[]> {
  for (let waited = 0; waited < ms && hostProcesses().length > 0; waited += 50) await sleep(50);
  return hostProcesses();
}
