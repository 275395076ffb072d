/**
 * A key that is equal for names which some file system takes for the same: other case, other Unicode normal form,
 * invisible characters.
 */
export function twinKey(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
}

/** Most names need no look at what they might stand for. */
const plain = /^[\w-][\w.-]*$/;
const reserved = new Set(['.git', '.orket', 'git~1', 'orket~1']);

/**
 * Whether a name stands for `.git` or `.orket` on any file system: also in other case, with invisible characters, as a
 * short name of Windows, with trailing dots or spaces or with a stream name. Temporary files of writes count too.
 */
export function isReservedName(name: string): boolean {
  if (plain.test(name)) return false;
  const key = twinKey(name)
    .replace(/:.*$/su, '')
    .replace(/[. ]+$/u, '');
  return reserved.has(key) || key.startsWith(temporaryPrefix);
}

export const temporaryPrefix = '.orket-tmp-';
