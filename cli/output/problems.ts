import type { Problem } from '#crds';

/** One problem as three lines: where and what, what was expected and found, what to do. */
export function problemText({ file, line, column, path, message, expected, found, remedy }: Problem): string {
  const place = `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}`;
  const lines = [`${place}: ${message}`, `  expected ${expected}, found ${found}`];
  return [...lines, ...(remedy === '' ? [] : [`  ${remedy}`])].join('\n');
}
