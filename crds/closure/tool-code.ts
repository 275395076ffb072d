import type { Toolset } from '../generated/resources.ts';

/** Where the code of a Toolset lies: everything in the folder is pinned, and the entry is a file in it. */
export interface ToolCode {
  /** Relative to the root of the work tree, `.` for the root itself. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly entry: string;
}

/** Undefined for built-in tools, which have no code of their own. */
export function toolCode({ spec: { source, path, entry } }: Toolset): ToolCode | undefined {
  if (source === 'builtin' || path === undefined) return undefined;
  if (entry !== undefined) return { folder: path, entry };
  const end = path.lastIndexOf('/');
  return { folder: end < 0 ? '.' : path.slice(0, end), entry: path.slice(end + 1) };
}
