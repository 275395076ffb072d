import { isAbsolute, relative } from 'node:path';

/** Whether a path is a folder or lies in it, by names alone: who follows links has to do so before. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith('../');
}
