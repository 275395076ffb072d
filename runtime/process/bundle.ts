import { OrketError, type Bundle, type JsonValue } from '#crds';

/** Reads `bundle.json`. */
export function readBundle(value: JsonValue): Bundle {
  if (isBundle(value)) return value;
  throw new OrketError('RuntimeUnsupported', 'the bundle cannot be read', { expected: 'bundleVersion 1' });
}

function isBundle(value: unknown): value is Bundle {
  return typeof value === 'object' && value !== null && 'bundleVersion' in value && value.bundleVersion === 1;
}
