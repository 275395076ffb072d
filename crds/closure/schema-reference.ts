import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';

/** What a reference within a schema leads to: the whole, a pointer or an anchor. Undefined where it leads nowhere. */
export function schemaAt(root: JsonObject, reference: string): JsonValue | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return anchored(root, reference.slice(1));
  let node: JsonValue | undefined = root;
  for (const raw of reference.slice(2).split('/')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonArray(node)) node = node[Number(key)];
    else node = isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return node;
}

function anchored(node: JsonValue, name: string): JsonValue | undefined {
  if (isJsonArray(node)) return node.map((item) => anchored(item, name)).find((found) => found !== undefined);
  if (!isJsonObject(node)) return undefined;
  if (node['$anchor'] === name || node['$dynamicAnchor'] === name) return node;
  return Object.values(node)
    .map((member) => anchored(member, name))
    .find((found) => found !== undefined);
}
