import type { Document, Pair } from 'yaml';
import type { Locate, Written } from './place.ts';
import { isMap, isScalar, isSeq, parseYaml } from './syntax.ts';

/** Line and column, both from 1, of an offset in a text. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** Finds fields of a document by their path. Of a field that is not there, what is nearest above it. */
export function locateIn(file: string, text: string, document: Document.Parsed): Locate {
  return (path) => ({ file, ...positionAt(text, offsetOf(document, path)) });
}

/** The same for a JSON text, which YAML can read well enough to find places in; its start where it cannot. It is read at most once. */
export function locateInJson(file: string, text: string, parse = parseYaml): Locate {
  // Undefined until somebody asks, null where it cannot be read.
  let document: Document.Parsed | null | undefined;
  return (path) => {
    if (document === undefined) document = firstDocument(text, parse);
    return { file, ...positionAt(text, document === null ? 0 : offsetOf(document, path)) };
  };
}

/** Finds plain scalars of a document by their path, as they are written. */
export function writtenIn(document: Document.Parsed): Written {
  return (path) => {
    const { node, rest } = follow(document, path);
    return rest === '' && isScalar(node) && node.type === 'PLAIN' && node.tag === undefined
      ? String(node.value)
      : undefined;
  };
}

function firstDocument(text: string, parse: typeof parseYaml): Document.Parsed | null {
  try {
    return parse(text).next().value ?? null;
  } catch {
    // JSON that YAML 1.1 reads differently: the error itself is told, its place is the file.
    return null;
  }
}

function offsetOf(document: Document.Parsed, path: string): number {
  return follow(document, path).offset;
}

/** How far a path leads into a document, and what of it leads nowhere. */
function follow(document: Document.Parsed, path: string): Step & { readonly offset: number } {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? document.range[0];
  let rest = path;
  while (rest !== '') {
    const step = isMap(node) ? memberOf(node.items, rest) : isSeq(node) ? itemOf(node.items, rest) : undefined;
    if (step === undefined) break;
    offset = step.offset ?? offset;
    node = step.node;
    rest = step.rest;
  }
  return { node, offset, rest };
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
  readonly rest: string;
}

/** Keys may hold dots and brackets themselves, so the longest key that the path begins with is taken. */
function memberOf(pairs: readonly Pair[], path: string): Step | undefined {
  let best: Step | undefined;
  let bestLength = -1;
  for (const { key, value } of pairs) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const rest = remainder(path, name);
    if (rest === undefined || name.length <= bestLength) continue;
    best = { node: value, offset: rangeStart(key), rest };
    bestLength = name.length;
  }
  return best;
}

function remainder(path: string, name: string): string | undefined {
  for (const written of [name, `[${name}]`]) {
    if (!path.startsWith(written)) continue;
    const rest = path.slice(written.length);
    if (rest === '' || rest.startsWith('[')) return rest;
    if (rest.startsWith('.')) return rest.slice(1);
  }
  return undefined;
}

function itemOf(items: readonly unknown[], path: string): Step | undefined {
  const found = /^\[(\d{1,9})\](\.?)/.exec(path);
  const node = found === null ? undefined : items[Number(found[1])];
  if (found === null || node === undefined) return undefined;
  return { node, offset: rangeStart(node), rest: path.slice(found[0].length) };
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}
