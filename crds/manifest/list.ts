import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { ManifestDocument } from './document.ts';

/**
 * What a document holds: itself, or the objects of a list, as `kubectl get -o yaml` writes one and `kubectl apply` takes it,
 * also lists in lists. Each has its own places in the file.
 */
export function* objectsOf(document: ManifestDocument): Generator<ManifestDocument> {
  const items = itemsOf(document.value);
  if (items === null) return yield document;
  for (const [at, value] of items.entries()) yield* objectsOf(itemAt(document, at, value));
}

/** `kind: List`, and the list of one kind. Null for what is no list. */
function itemsOf(value: JsonValue): readonly JsonValue[] | null {
  if (!isJsonObject(value)) return null;
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && isJsonArray(items) ? items : null;
}

function itemAt(list: ManifestDocument, at: number, value: JsonValue): ManifestDocument {
  const under = (path: string): string => `items[${at}]${path === '' || path.startsWith('[') ? path : `.${path}`}`;
  const { locate, written } = list;
  return {
    ...list,
    value,
    locate: (path) => locate(under(path)),
    ...(written === undefined ? {} : { written: (path) => written(under(path)) }),
    warnings: warningsOf(list, at),
  };
}

function warningsOf({ locate, warnings }: ManifestDocument, at: number): ManifestDocument['warnings'] {
  if (warnings.length === 0) return warnings;
  const [{ line: from }, { line: next }] = [locate(`items[${at}]`), locate(`items[${at + 1}]`)];
  // Behind the last one there is nothing: its place is that of the list.
  const until = next > from ? next : Number.POSITIVE_INFINITY;
  return warnings.filter(({ line }) => line >= from && line < until);
}
