import { OrketError } from '#crds';
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
  /** Throws what `signal` says where that fires before there is an answer. */
  of(code: ToolCodeAt, signal: AbortSignal): Promise<Offer>;
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
    async of(code, signal) {
      asked += 1;
      try {
        return await ask(code, { machine, confinement, pause: pauseUntil(signal, pause) }, asked, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof OrketError) return error;
        throw error;
      }
    },
  };
}

/** What a host is given time for is over at once where nobody waits for it any more. */
function pauseUntil(asking: AbortSignal, pause: Pause): Pause {
  return async (ms, signal) => {
    try {
      await pause(Math.min(ms, mostMs), AbortSignal.any([signal, asking]));
    } catch (error) {
      if (signal.aborted || !asking.aborted) throw error;
    }
  };
}

async function ask(
  { type, folder, entry }: ToolCodeAt,
  options: Pick<HostsOptions, 'machine' | 'confinement' | 'pause'>,
  index: number,
  signal: AbortSignal,
): Promise<readonly ToolDefinition[]> {
  signal.throwIfAborted();
  const prepared = await prepareFolder(folder, null, options.machine.temporary, signal);
  try {
    signal.throwIfAborted();
    const command = await commandFor({ source: { type, entry }, risk: 'read' }, prepared, options, index);
    return await ToolHost.offers({ command, sweep: null, folder: prepared.work, pause: options.pause });
  } finally {
    await prepared.remove();
  }
}
