import { join } from 'node:path';
import { canonicalJson, digestOfBytes, OrketError, type Digest, type JsonValue } from '#crds';
import { readIfThere, writeDurably } from './durable-file.ts';

/** Bundles by their digest. One that is there never changes. */
export class Bundles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Durable on return. Throws `BundleMismatch` where the bundle does not have the digest. */
  put(digest: Digest, bundle: JsonValue): void {
    const text = canonicalJson(bundle);
    const found = digestOfBytes(text);
    if (found !== digest) {
      throw new OrketError('BundleMismatch', 'the bundle does not have the digest it is put under', {
        expected: digest,
        found,
      });
    }
    if (readIfThere(this.#path(digest)) !== text) writeDurably(this.#path(digest), text);
  }

  /** Its canonical text. Throws `NotFound`, or `BundleMismatch` where the disk gave something else. */
  text(digest: Digest): string {
    const text = readIfThere(this.#path(digest));
    if (text === null) throw new OrketError('NotFound', 'the gateway has no such bundle', { found: digest });
    const found = digestOfBytes(text);
    if (found !== digest)
      throw new OrketError('BundleMismatch', 'a kept bundle is damaged', { expected: digest, found });
    return text;
  }

  #path(digest: Digest): string {
    return join(this.#dir, `${digest.slice('sha256:'.length)}.json`);
  }
}
