import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostsFolder } from './tool-host-rig.ts';

/** A process of a host, as this machine sees it. */
export interface HostedProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Processes of hosts that have their folders in this one: it is in their command, or in what they see mounted, or it is
 * where they work.
 */
export function hostProcesses(folder: string = hostsFolder): readonly HostedProcess[] {
  const mark = basename(folder);
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return all.flatMap((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const seen = [command, readFileSync(`/proc/${name}/mountinfo`, 'utf8'), readlinkSync(`/proc/${name}/cwd`)];
      const isOurs = seen.some((text) => text.includes(mark));
      return isOurs ? [{ pid: Number(name), command }] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Waits until no process of a host is left; gives those that are after a while. */
export async function leftAfter(ms: number, folder: string = hostsFolder): Promise<readonly HostedProcess[]> {
  for (let waited = 0; waited < ms && hostProcesses(folder).length > 0; waited += 50) await sleep(50);
  return hostProcesses(folder);
}
