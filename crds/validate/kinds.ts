import embedded from '../generated/schemas.json' with { type: 'json' };
import type { Kind } from '../generated/resources.ts';
import type { StructuralSchema } from './schema.ts';

/** One kind as its CRD declares it. */
export interface KindInfo {
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly PrinterColumn[];
  readonly schema: StructuralSchema;
}

/** A column of `get`; those of priority 1 are for wide output. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: number;
}

/** The kinds in order of their names. */
// The generator writes this file from the CRDs in exactly this shape; a JSON import has no literal types.
export const kindInfos: readonly KindInfo[] = embedded as unknown as readonly KindInfo[];

/** The one version of the group. */
export const apiVersion = 'orket.dev/v1alpha1';

const byName = new Map(
  kindInfos.flatMap((info) =>
    [info.kind.toLowerCase(), info.plural, info.singular, ...info.shortNames].map((name) => [name, info] as const),
  ),
);

/** Finds a kind by what people type: kind, plural, singular or short name, in any case. */
export function kindNamed(name: string): KindInfo | undefined {
  return byName.get(name.toLowerCase());
}

/** Finds a kind exactly as a manifest has to write it. */
export function kindInfo(kind: string): KindInfo | undefined {
  return kindInfos.find((info) => info.kind === kind);
}
