import { digestOf, type Digest, type JsonValue } from '#crds';
import { stablePath } from '../../call/path.ts';

/** What people are asked about. */
interface Asked {
  /** Of the call that waits, with or without its attempts. */
  readonly path: string;
  /** Of the definition of what would be called, null where it has none of its own. */
  readonly toolDigest: Digest | null;
  readonly inputDigest: Digest;
  /** The files that the input names, with what they hold. */
  readonly files: readonly { readonly path: string; readonly digest: Digest | null }[];
  /** Of the rules that matched, in the order of the record. */
  readonly rules: readonly Digest[];
  readonly kind: string;
}

/** Source: docs/concepts/approvals.md, "What a decision is bound to". */
export function callDigest({ path, toolDigest, inputDigest, files, rules, kind }: Asked): Digest {
  const named = files.map((file): JsonValue => ({ path: file.path, digest: file.digest }));
  return digestOf([stablePath(path), toolDigest, inputDigest, named, [...rules], kind]);
}

/**
 * What a decision is bound to: this gate, named by the seq of the record that opened it, of this Session, for exactly
 * this call under exactly this bundle.
 */
export function gateDigest(uid: string, gateSeq: number, callDigest: Digest, bundleDigest: Digest): Digest {
  return digestOf([uid, gateSeq, callDigest, bundleDigest]);
}
