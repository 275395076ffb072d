import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const longest = 4_096;
/** More of a stack than says where something was thrown. */
const mostStack = 64 * 1024;

/**
 * What went wrong in the code of a tool, for whoever reads the record: the message, and the innermost line of the
 * Toolset's own code. Files are named from the folder of the Toolset, never by where that is.
 */
export function messageOf(error: unknown, tree: string): string {
  if (!(error instanceof Error)) return bounded(within(String(error), tree), '');
  const place = placeOf(String(error.stack), tree);
  return bounded(within(error.message, tree), place === null ? '' : ` (${place})`);
}

function placeOf(stack: string, tree: string): string | null {
  const inside = join(tree, '/');
  for (const [, url = '', line = ''] of stack.slice(0, mostStack).matchAll(/(file:\/\/\/[^\s)]+?):(\d+)/g)) {
    const path = pathOf(url);
    if (path?.startsWith(inside) === true) return `${relative(tree, path)}:${line}`;
  }
  return null;
}

/** Null for what only looks like the URL of a file. */
function pathOf(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

function within(text: string, tree: string): string {
  return text.replaceAll(`${pathToFileURL(tree).href}/`, '').replaceAll(join(tree, '/'), '');
}

function bounded(message: string, place: string): string {
  return `${message.toWellFormed().slice(0, longest - place.length)}${place}`.toWellFormed();
}
