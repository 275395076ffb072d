import { digestOf, type Digest, type Flow } from '#crds';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const suffixCharacters = 10;

/** What a Session was started for: a closure at a generation of its Flow, or the request that a token stands for. */
export type SessionOrigin = { readonly digest: Digest; readonly generation: number } | { readonly token: string };

/**
 * `<flow>-<10 characters>` from the UID of the Flow and what caused the run, so that creating it again finds it there.
 * 10 characters are 50 bits: a twin within one Flow is as good as impossible.
 */
export function sessionName(flow: Pick<Flow, 'metadata'>, origin: SessionOrigin): string {
  const cause = 'token' in origin ? ['Manual', origin.token] : ['OnChange', origin.digest, origin.generation];
  const digest = digestOf([flow.metadata.uid ?? '', ...cause]);
  return `${flow.metadata.name}-${base32(Buffer.from(digest.slice('sha256:'.length), 'hex'))}`;
}

/** Name of the pod or process of one attempt. */
export function attemptName(session: string, attempt: number): string {
  return `${session}-a${attempt}`;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && text.length < suffixCharacters) {
      bits -= 5;
      text += alphabet[(value >> bits) & 31];
    }
  }
  return text;
}
