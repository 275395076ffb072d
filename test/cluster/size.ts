/**
 * How much of Kubernetes a cluster runs. Each size holds the one before:
 * `api` is etcd and the API server, `controllers` adds what reconciles built-in kinds, `node` adds a kubelet that runs pods.
 * Without controllers nothing owned is collected, no ServiceAccount is made, and the aggregated roles (edit, view) are empty.
 */
const sizes = ['api', 'controllers', 'node'] as const;

export type Size = (typeof sizes)[number];

/** True when a cluster of size `size` runs all that one of size `least` runs. */
export function holds(size: Size, least: Size): boolean {
  return sizes.indexOf(size) >= sizes.indexOf(least);
}

/** Reads a size written by a person; throws with the words that are allowed. */
export function parseSize(text: string): Size {
  const size = sizes.find((candidate) => candidate === text);
  if (!size) throw new Error(`cluster size: expected one of ${sizes.join(', ')}, found "${text}"`);
  return size;
}
