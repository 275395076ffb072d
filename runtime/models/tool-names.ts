/**
 * A tool's name as a model sees it: servers allow letters, digits, `_` and `-` only, so the `.` between Toolset and tool
 * becomes `__`. A Toolset is a DNS label and has no `_`, so the first `__` of a name is always that `.`.
 */
export function toWireName(name: string): string {
  return name.replace('.', '__');
}

/** The name users write, from what a model said: split at the first `__`. Unknown names come back the same way. */
export function fromWireName(name: string): string {
  return name.replace('__', '.');
}
