import { OrketError, type Bundle, type Digest, type JsonValue } from '#crds';
import type { CallContext } from '../../call/run.ts';
import { atMost } from '../../call/risk.ts';
import { confined, sweep, type Confinement } from './confinement.ts';
import { isHosted, type HostedTool } from './definitions.ts';
import { ToolHost } from './host.ts';
import { boxedPlaces, hostMemory, nodeInterpreter, pythonInterpreter, type Places } from './interpreter.ts';
import { findConfinement, isolationOf, ownUserId, type HostIsolation } from './isolation.ts';
import type { Machine, Pause } from './machine.ts';
import { systemMounts } from './system-mounts.ts';
import { copyPrograms, prepareFolder, type HostFolder } from './tool-folder.ts';

/** The processes that run what others wrote, for one attempt of a Session. */
export interface ToolHosts {
  /**
   * Has a tool do its work. Throws `ToolFailed`, `ToolHostFailed`, what its context refused it, and `ToolsNotReachable`
   * where nothing was asked of it, because its code or an interpreter is not there or is not what was declared.
   */
  call(tool: HostedTool, input: JsonValue, context: CallContext): Promise<JsonValue>;
  /** Has its host be there. Gives whether it had to be started; throws `ToolsNotReachable` where it cannot be. */
  ready(tool: HostedTool): Promise<boolean>;
  /** Ends all of them. */
  close(): Promise<void>;
}

/** What calls use of them. */
export type HostedWork = Omit<ToolHosts, 'close'>;

export interface HostsOptions {
  readonly machine: Machine;
  readonly pause: Pause;
  /** By digest of the tree: the folder with it. */
  readonly folders: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
}

/** Whether a bundle has tools that run in hosts. */
export function needsHosts({ tools = [] }: Pick<Bundle, 'tools'>): boolean {
  return tools.some(isHosted);
}

/** What is in force here for hosts, and for what a Session records. */
export async function confinementFor(
  machine: Machine,
): Promise<{ readonly confinement: Confinement; readonly isolation: HostIsolation }> {
  const confinement = await findConfinement(machine);
  return { confinement, isolation: isolationOf(confinement) };
}

/** Without any: a replay runs no code of others, and most Sessions have none. */
export const noToolHosts: ToolHosts = {
  call: () => Promise.reject(new OrketError('ToolHostFailed', 'there are no tool hosts here')),
  ready: async () => false,
  close: async () => {},
};

export interface HostCode extends Pick<HostedTool, 'risk'> {
  readonly source: Pick<HostedTool['source'], 'type' | 'entry'>;
}

interface Running {
  readonly host: Promise<ToolHost>;
  /** Once it has started. */
  up: ToolHost | null;
  readonly folder: Promise<HostFolder>;
}

/**
 * Hosts for the tools of a bundle: one process for each Toolset, started when it is first needed and again after it died.
 * A Toolset has a second one where some of its tools may use the network and others may not.
 */
export function createToolHosts({ tools = [] }: Pick<Bundle, 'tools'>, options: HostsOptions): ToolHosts {
  const hosted = tools.filter(isHosted);
  const running = new Map<string, Running>();
  const started = new Set<Running>();
  let isClosed = false;

  const hostFor = async (tool: HostedTool): Promise<ToolHost> => {
    const key = groupOf(tool);
    const known = running.get(key);
    const host = known === undefined ? undefined : await known.host.catch(() => undefined);
    if (host?.isAlive === true) return host;
    if (isClosed) throw new OrketError('ToolHostFailed', 'the tool hosts of this attempt were ended');
    // Another call may have started the next one meanwhile.
    const other = running.get(key);
    if (other !== undefined && other !== known) return hostFor(tool);
    const group = hosted.filter((one) => groupOf(one) === key);
    const next = start(tool, group, options, started.size + 1);
    running.set(key, next);
    started.add(next);
    return (next.up = await next.host);
  };

  return {
    call: async (tool, input, context) => (await hostFor(tool)).call(tool, input, context),
    ready: async (tool) => {
      if (running.get(groupOf(tool))?.up?.isAlive === true) return false;
      await hostFor(tool);
      return true;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...started].map(remove));
    },
  };
}

function start(tool: HostedTool, group: readonly HostedTool[], options: HostsOptions, index: number): Running {
  const { source } = tool;
  const from = options.folders[source.tree];
  const folder =
    from === undefined
      ? Promise.reject(
          new OrketError('ToolHostFailed', 'the code of a Toolset is not here', {
            at: tool.name,
            expected: `a folder whose tree has the digest ${source.tree}`,
            found: 'none that the launch names',
            remedy: 'Run the Flow anew from where its Toolsets are.',
          }),
        )
      : prepareFolder(from, source.tree as Digest, options.machine.temporary);
  const host = folder.then(async (prepared) => {
    const { machine, confinement, pause } = options;
    return ToolHost.start({
      command: await commandFor(tool, prepared, options, index),
      sweep: sweep(confinement, ownUserId(machine, index)),
      folder: prepared.work,
      tools: group,
      pause,
    });
  });
  const usable = host.catch(notUsable);
  usable.catch(() => {});
  return { host: usable, up: null, folder };
}

/** Nothing was asked of a host that did not start: that is known, whatever the call would have done. */
function notUsable(error: unknown): never {
  if (!(error instanceof OrketError) || error.reason !== 'ToolHostFailed') throw error;
  throw new OrketError('ToolsNotReachable', error.summary, error.detail, error);
}

/** What runs a host for code in a folder; what its tools may do says whether it has a network. */
export async function commandFor(
  { source, risk = 'destructive' }: HostCode,
  folder: HostFolder,
  { machine: here, confinement }: Pick<HostsOptions, 'machine' | 'confinement'>,
  index: number,
): Promise<readonly string[]> {
  const isBoxed = confinement.kind === 'namespaces';
  const isForOther = confinement.kind === 'user';
  const machine = isForOther ? { ...here, programs: await copyPrograms(here.programs, folder) } : here;
  const places: Places = isBoxed ? boxedPlaces : folder;
  const interpreter =
    source.type === 'module'
      ? nodeInterpreter(machine, confinement, source.entry, places)
      : await pythonInterpreter(machine, confinement, source.entry, places);
  const mounts = [
    ...(isBoxed ? await systemMounts() : []),
    ...interpreter.mounts,
    { word: 'folder', source: folder.tool, target: boxedPlaces.tool } as const,
    { word: 'file', source: folder.packageFile, target: boxedPlaces.packageFile } as const,
  ];
  return confined(confinement, {
    command: interpreter.command,
    mounts,
    hasNetwork: !atMost(risk, 'write'),
    root: folder.root,
    userId: ownUserId(machine, index),
    memory: hostMemory[source.type],
  });
}

/** Tools that share a process: those of one Toolset, as far as they may use the same. */
function groupOf({ name, source, risk = 'destructive' }: HostedTool): string {
  const toolset = name.slice(0, Math.max(0, name.indexOf('.')));
  return JSON.stringify([toolset, source.type, source.tree, source.entry, atMost(risk, 'write')]);
}

async function remove({ host, folder }: Running): Promise<void> {
  await host.then(
    (one) => one.close(),
    () => {},
  );
  await folder.then(
    (one) => one.remove(),
    () => {},
  );
}
