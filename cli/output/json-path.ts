import { isJsonArray, type JsonValue } from '#crds';

type Segment =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'each' }
  | { readonly type: 'filter'; readonly key: string; readonly equals: string };

/**
 * The JSONPath of printer columns: keys, indexes, one equality filter (`.status.conditions[?(@.type=="Ready")].status`)
 * and `[*]`, behind which all values found are a list. Undefined for none. Throws on syntax that no column of ours uses.
 */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  return follow(value, parse(path));
}

function follow(value: JsonValue | undefined, [segment, ...rest]: readonly Segment[]): JsonValue | undefined {
  if (value === undefined || segment === undefined) return value;
  if (segment.type !== 'each') return follow(step(value, segment), rest);
  if (!isJsonArray(value)) return undefined;
  return value.map((item) => follow(item, rest)).filter((found) => found !== undefined);
}

function step(value: JsonValue, segment: Exclude<Segment, { readonly type: 'each' }>): JsonValue | undefined {
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

const token = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|(\[\*\])|\[\?\(@\.([A-Za-z0-9_-]+)=="([^"]*)"\)\]/y;

function parse(path: string): readonly Segment[] {
  const segments: Segment[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (match === null) throw new Error(`a printer column has a path that cannot be read: ${path}`);
    const [, key, index, each, filterKey, equals] = match;
    if (key !== undefined) segments.push({ type: 'key', key });
    else if (index !== undefined) segments.push({ type: 'index', index: Number(index) });
    else if (each !== undefined) segments.push({ type: 'each' });
    else if (filterKey !== undefined && equals !== undefined) segments.push({ type: 'filter', key: filterKey, equals });
  }
  return segments;
}
