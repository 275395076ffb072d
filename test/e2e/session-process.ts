import { readdirSync, readFileSync } from 'node:fs';

/** The session process that a command line has now, null between two. */
export function sessionProcess(parent: number): number | null {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(ppid) === parent && state !== 'Z') return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}
