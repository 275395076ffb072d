import { OrketError } from '#crds';
import { treeOf } from '../../workspace/tree.ts';
import { commandFor, confinementFor, type HostsOptions } from './hosts.ts';
import { ToolHost } from './host.ts';
import type { Machine, Pause } from './machine.ts';
import type { ToolDefinition } from './protocol.ts';
import { prepareFolder } from './tool-folder.ts';

/** Code of tools on this machine. */
export interface ToolCodeAt {
  readonly type: 'module' | 'python';
  readonly folder: string;
  /** Relative to the folder. */
  readonly entry: string;
}

/** The tools that code has, or why it has none that a Session could call. */
export type Offer = readonly ToolDefinition[] | OrketError;

/** Whoever asks does not wait as long as a Session would. */
const mostMs = 10_000;

/** Asks code which tools it has, one after the other. */
export interface Offers {
  of(code: ToolCodeAt): Promise<Offer>;
}

/**
 * Asks in hosts of their own as a Session does, always without a network. Null where nothing here keeps code from all that
 * its user may do and from the network: there it is not run.
 */
export async function openOffers(machine: Machine, pause: Pause): Promise<Offers | null> {
  const { confinement } = await confinementFor(machine);
  if (confinement.kind !== 'namespaces') return null;
  let asked = 0;
  return {
    async of(code) {
      asked += 1;
      try {
        return await ask(
          code,
          { machine, confinement, pause: (ms, signal) => pause(Math.min(ms, mostMs), signal) },
          asked,
        );
      } catch (error) {
        if (error instanceof OrketError) return error;
        throw error;
      }
    },
  };
}

async function ask(
  { type, folder, entry }: ToolCodeAt,
  options: Pick<HostsOptions, 'machine' | 'confinement' | 'pause'>,
  index: number,
): Promise<readonly ToolDefinition[]> {
  const prepared = await prepareFolder(folder, (await treeOf(folder)).digest, options.machine.temporary);
  try {
    const command = await commandFor({ source: { type, entry }, risk: 'read' }, prepared, options, index);
    return await ToolHost.offers({ command, sweep: null, folder: prepared.work, pause: options.pause });
  } finally {
    await prepared.remove();
  }
}
