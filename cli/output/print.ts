import { stringify } from 'yaml';
import { kindInfo, parseInstant, type JsonObject, type JsonValue, type KindInfo, type Resource } from '#crds';
import { valueAt } from './json-path.ts';
import { age, table } from './table.ts';

export const formats = ['text', 'wide', 'json', 'yaml', 'jsonl', 'name'] as const;
export type Format = (typeof formats)[number];

export interface ListOptions {
  readonly format: Format;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly withNamespace: boolean;
  /** Of the terminal that shows it, null for none. */
  readonly columns: number | null;
  /** Asked for by name: printed as one object, not as a list. */
  readonly single: boolean;
}

/** Objects of one kind as `kubectl get` prints them, with the columns that the CRD declares. */
export function printObjects(info: KindInfo, objects: readonly Resource[], options: ListOptions): string {
  const values = objects.map(asJson);
  switch (options.format) {
    case 'text':
    case 'wide':
      return listed(info, objects, options);
    case 'json':
      return JSON.stringify(whole(info, values, options), null, 2);
    case 'yaml':
      return stringify(whole(info, values, options), { lineWidth: 0 }).trimEnd();
    case 'jsonl':
      return values.map((value) => JSON.stringify(value)).join('\n');
    case 'name':
      return objects
        .map(({ kind, metadata }) => `${kindInfo(kind)?.singular ?? kind}.orket.dev/${metadata.name}`)
        .join('\n');
  }
}

function whole(info: KindInfo, values: readonly JsonValue[], { single }: ListOptions): JsonValue {
  const [only] = values;
  if (single && only !== undefined) return only;
  return { apiVersion: info.apiVersion, kind: `${info.kind}List`, items: values };
}

function listed(info: KindInfo, objects: readonly Resource[], options: ListOptions): string {
  const { format, now, withNamespace, columns } = options;
  const shown = info.columns.filter(({ priority }) => format === 'wide' || (priority ?? 0) === 0);
  const headings = [...(withNamespace ? ['NAMESPACE'] : []), 'NAME', ...shown.map(({ name }) => name.toUpperCase())];
  const rows = objects.map((object) => {
    const value = asJson(object);
    const cells = shown.map(({ jsonPath, type }) => cell(valueAt(value, jsonPath), type, now));
    return [...(withNamespace ? [object.metadata.namespace ?? ''] : []), object.metadata.name, ...cells];
  });
  return table(headings, rows, columns === null ? null : { heading: 'MESSAGE', columns });
}

function cell(value: JsonValue | undefined, type: string, now: number): string {
  if (value === undefined || value === null) return '';
  if (type === 'date' && typeof value === 'string') {
    const instant = parseInstant(value);
    return Number.isNaN(instant) ? '<unknown>' : age(now - instant);
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => cell(item, type, now)).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A resource is plain JSON by construction; this only tells the compiler so. */
export function asJson(resource: Resource): JsonObject {
  return { ...resource } as unknown as JsonObject;
}
