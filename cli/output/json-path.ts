import type { JsonValue } from '#crds';

type Segment =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'filter'; readonly key: string; readonly equals: string };

/**
 * The JSONPath of printer columns: keys, indexes and one equality filter (`.status.conditions[?(@.type=="Ready")].status`).
 * Returns the first value found, undefined for none. Throws on syntax that no column of ours uses.
 */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  let current = value;
  for (const segment of parse(path)) {
    if (current === undefined) return undefined;
    current = step(current, segment);
  }
  return current;
}

function step(value: JsonValue, segment: Segment): JsonValue | undefined {
  switch (segment.type) {
    case 'key':
      return property(value, segment.key);
    case 'index':
      return Array.isArray(value) ? value[segment.index] : undefined;
    case 'filter':
      return Array.isArray(value) ? value.find((item) => property(item, segment.key) === segment.equals) : undefined;
  }
}

function property(value: JsonValue, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

const token = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\?\(@\.([A-Za-z0-9_-]+)=="([^"]*)"\)\]/y;

function parse(path: string): readonly Segment[] {
  const segments: Segment[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (match === null) throw new Error(`a printer column has a path that cannot be read: ${path}`);
    const [, key, index, filterKey, equals] = match;
    if (key !== undefined) segments.push({ type: 'key', key });
    else if (index !== undefined) segments.push({ type: 'index', index: Number(index) });
    else if (filterKey !== undefined && equals !== undefined) segments.push({ type: 'filter', key: filterKey, equals });
  }
  return segments;
}
