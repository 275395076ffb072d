import { readFile } from 'node:fs/promises';
import type { Root } from './folder.ts';
import { PathRefused, systemCode } from './refusal.ts';

/**
 * Throws PathRefused where something is mounted below the folder of a space: who empties or counts that folder would do it to
 * what is mounted there. Says nothing where the system does not say what is mounted.
 */
export async function assertNothingMounted({ space, path }: Root): Promise<void> {
  const [first] = mountsBelow(await mountTable(), path);
  if (first !== undefined) throw new PathRefused(`${space}:${first}`, 'mounted');
}

async function mountTable(): Promise<string> {
  try {
    return await readFile('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** The mount points below a folder, relative to it, from the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)). */
export function mountsBelow(table: string, folder: string): readonly string[] {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return table.split('\n').flatMap((line) => {
    const place = unescaped(line.split(' ')[4] ?? '');
    return place.startsWith(prefix) && place !== prefix ? [place.slice(prefix.length)] : [];
  });
}

/** Blanks, tabs, newlines and backslashes stand there as three octal digits. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
