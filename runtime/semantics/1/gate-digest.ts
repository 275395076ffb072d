import { digestOf, type Digest } from '#crds';

/**
 * What a decision is bound to: this gate, named by the seq of the record that opened it, of this Session, for exactly
 * this call under exactly this bundle.
 */
export function gateDigest(uid: string, gateSeq: number, callDigest: Digest, bundleDigest: Digest): Digest {
  return digestOf([uid, gateSeq, callDigest, bundleDigest]);
}
