import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC of Linux, as `/proc/self/fdinfo` shows it. */
const closedOnExec = 0o2_000_000;

/**
 * Closes what this process inherited and was not given, so that nothing it starts, such as tools of others, inherits it in
 * turn: a shell has files open that are nobody else's business. What Node opens closes by itself when another program is
 * started, so it is told apart by that. Does nothing where the system has no such list.
 */
export function closeInherited(given: readonly (number | null)[]): void {
  for (const fd of descriptors()) {
    if (fd <= 2 || given.includes(fd) || !passesOn(fd)) continue;
    try {
      closeSync(fd);
    } catch {
      // Gone meanwhile.
    }
  }
}

function descriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}

function passesOn(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closedOnExec) === 0;
  } catch {
    // What listed them is one of them, and is closed by now.
    return false;
  }
}
