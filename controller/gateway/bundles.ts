import { join } from 'node:path';
import { canonicalJson, digestOfBytes, OrketError, type Digest, type JsonValue } from '#crds';
import { readIfThere, writeDurably } from '#runtime';

const namespacePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text can name a namespace, and so a folder: a DNS label. */
export function isNamespace(text: string): boolean {
  return namespacePattern.test(text);
}

/**
 * Bundles by namespace and digest: who knows the digest of a bundle of another namespace gets nothing for it. One that
 * is there never changes.
 */
export class Bundles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Durable on return. Throws `BundleMismatch` where the bundle does not have the digest. */
  put(namespace: string, digest: Digest, bundle: JsonValue): void {
    const text = canonicalJson(bundle);
    const found = digestOfBytes(text);
    if (found !== digest) {
      throw new OrketError('BundleMismatch', 'the bundle does not have the digest it is put under', {
        expected: digest,
        found,
      });
    }
    const path = this.#path(namespace, digest);
    if (readIfThere(path) !== text) writeDurably(path, text);
  }

  /** Its canonical text. Throws `NotFound` where it was not put for this namespace, or `BundleMismatch` where the disk gave something else. */
  text(namespace: string, digest: Digest): string {
    const text = readIfThere(this.#path(namespace, digest));
    if (text === null) throw new OrketError('NotFound', 'the namespace has no such bundle', { found: digest });
    const found = digestOfBytes(text);
    if (found !== digest)
      throw new OrketError('BundleMismatch', 'a kept bundle is damaged', { expected: digest, found });
    return text;
  }

  #path(namespace: string, digest: Digest): string {
    if (!isNamespace(namespace)) throw new OrketError('InvalidInput', 'a namespace is a DNS label');
    return join(this.#dir, namespace, `${digest.slice('sha256:'.length)}.json`);
  }
}
