const suffixes: ReadonlyMap<string, readonly [bigint, bigint]> = new Map([
  ['', [1n, 1n]],
  ['m', [1n, 1000n]],
  ['k', [1000n, 1n]],
  ['M', [1000n ** 2n, 1n]],
  ['G', [1000n ** 3n, 1n]],
  ['T', [1000n ** 4n, 1n]],
  ['Ki', [1024n, 1n]],
  ['Mi', [1024n ** 2n, 1n]],
  ['Gi', [1024n ** 3n, 1n]],
  ['Ti', [1024n ** 4n, 1n]],
]);

/**
 * The number of bytes that a quantity of Kubernetes stands for, rounded up: `1Gi` and `1073741824` are the same. At most
 * 2^53 - 1. Undefined for what is no quantity.
 */
export function quantityBytes(quantity: number | string): number | undefined {
  const [, whole, fraction = '', suffix = ''] = /^(\d{1,20})(?:\.(\d{1,20}))?([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  const scale = suffixes.get(suffix);
  if (whole === undefined || scale === undefined) return undefined;
  const [times, per] = scale;
  const divisor = per * 10n ** BigInt(fraction.length);
  const bytes = (BigInt(whole + fraction) * times + divisor - 1n) / divisor;
  return bytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(bytes);
}
